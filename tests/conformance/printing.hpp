// doctest, taught to print results: the error's text tells why a check failed.
#pragma once

#include <shipflow/error.hpp>

#include <doctest/doctest.h>

namespace doctest {

template <class T>
struct StringMaker<boost::system::result<T, shipflow::error>> {
  static String convert(const boost::system::result<T, shipflow::error>& r) {
    return r ? String("success") : String(r.error().text().c_str());
  }
};

}  // namespace doctest
