// Everything of the public C++ API.
#pragma once

#include <shipflow/condition.hpp>
#include <shipflow/control.hpp>
#include <shipflow/document.hpp>
#include <shipflow/engine.hpp>
#include <shipflow/error.hpp>
#include <shipflow/fact.hpp>
#include <shipflow/json.hpp>
#include <shipflow/loop.hpp>
#include <shipflow/model.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/probes.hpp>
#include <shipflow/provider.hpp>
#include <shipflow/providers/command.hpp>
#include <shipflow/providers/http.hpp>
#include <shipflow/providers/local.hpp>
#include <shipflow/providers/shadow.hpp>
#include <shipflow/run.hpp>
#include <shipflow/scheduler.hpp>
#include <shipflow/shadow.hpp>
#include <shipflow/store.hpp>
#include <shipflow/system.hpp>
#include <shipflow/time.hpp>
#include <shipflow/version.hpp>
