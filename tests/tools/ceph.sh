#!/bin/sh
# Ceph's S3 gateway (Debian radosgw, ceph-mon, ceph-osd): one monitor, one store in memory and the gateway, on this machine,
# until it is asked to end (SIGTERM) or whoever started it has gone.
# usage: ceph.sh HOME MONITOR_PORT GATEWAY_PORT ACCESS_KEY SECRET_KEY. Exit status 3 when the programs are not there.
set -eu
home=$1 monitor=$2 gateway=$3 access=$4 secret=$5
for program in ceph-mon ceph-osd radosgw radosgw-admin ceph monmaptool setpriv; do
  command -v $program >/dev/null || { echo "ceph.sh: $program is missing" >&2; exit 3; }
done
cd "$home"
mkdir monitor store data
cluster=$(cat /proc/sys/kernel/random/uuid)
store=$(cat /proc/sys/kernel/random/uuid)
cat >ceph.conf <<CONF
[global]
fsid = $cluster
mon host = v1:127.0.0.1:$monitor
ms bind msgr2 = false
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
mon data = $home/monitor
mon allow pool size one = true
osd data = $home/store
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
rgw data = $home/data
rgw frontends = beast endpoint=127.0.0.1:$gateway
rgw enable usage log = false
rgw run sync thread = false
rgw enable quota threads = false
run dir = $home
log file = $home/\$name.log
admin socket = $home/\$name.sock
pid file =
CONF
export CEPH_CONF="$home/ceph.conf"
as="--setuser $(id -un) --setgroup $(id -gn)"
pids=
# shellcheck disable=SC2086  # one word per process
trap 'kill -9 $pids 2>/dev/null; wait; exit 0' TERM INT

beside() {  # PROGRAM...: it ends when this script does
  setpriv --pdeathsig KILL "$@" >>out.log 2>&1 &
  pids="$pids $!"
}
step() {  # SECONDS PROGRAM...: waited for, so that a signal is heard meanwhile
  beside timeout "$@"
  wait $!
}

# shellcheck disable=SC2086
{
  step 60 monmaptool --create --addv a "[v1:127.0.0.1:$monitor]" --fsid "$cluster" monmap
  step 60 ceph-mon -i a --mkfs --monmap monmap $as
  beside ceph-mon -f -i a $as
  step 60 ceph osd new "$store"
  step 60 ceph-osd -i 0 --mkfs --osd-uuid "$store" $as
  # It gives up when it asks before it has heard of the monitors.
  beside sh -c 'while ! setpriv --pdeathsig KILL ceph-osd -f -i 0 '"$as"'; do sleep 0.2; done'
  step 120 radosgw-admin user create --uid=test --display-name=test --access-key="$access" --secret-key="$secret"
  beside radosgw -f -n client.rgw $as
}
wait
