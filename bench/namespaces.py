# SPDX-License-Identifier: MIT-0
"""Machines that are network namespaces of this one, on a switch with ports of a limited rate: for mpirun, as root."""
import contextlib
import os
import shutil
import stat
import subprocess
import tempfile

NET = "10.77.0"
AGENT = f"""#!/bin/sh
# What mpirun calls in place of ssh: HOST COMMAND...
name=nnc${{1#{NET}.}}
shift
exec ip netns exec $name unshare --uts sh -c "hostname $name; $*"
"""


def run(command):
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def has_delay():
    """Whether this kernel has netem."""
    try:
        run("ip link add nncdelay type dummy")
        run("tc qdisc add dev nncdelay root netem delay 1ms")
        return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        subprocess.run("ip link del nncdelay".split(), stderr=subprocess.DEVNULL, check=False)


def forget(count):
    for command in (*(f"ip netns del nnc{i}" for i in range(1, count + 1)), "ip link del nncswitch"):
        subprocess.run(command.split(), stderr=subprocess.DEVNULL, check=False)


@contextlib.contextmanager
def machines(count):
    """mpirun's options for `count` of them, or None where they cannot be had."""
    made = False
    with tempfile.TemporaryDirectory() as folder:
        agent = os.path.join(folder, "agent")
        with open(agent, "w", encoding="utf-8") as file:
            file.write(AGENT)
        os.chmod(agent, stat.S_IRWXU)
        try:
            if not count or os.geteuid() or not shutil.which("ip") or not shutil.which("tc"):
                yield None
                return
            forget(count)  # what a run that was killed has left
            made = True
            run("ip link add nncswitch type bridge")
            run(f"ip addr add {NET}.254/24 dev nncswitch")
            run("ip link set nncswitch up")
            for i in range(1, count + 1):
                run(f"ip netns add nnc{i}")
                run(f"ip link add nncport{i} type veth peer name eth0 netns nnc{i}")
                run(f"ip link set nncport{i} master nncswitch up")
                run(f"ip -n nnc{i} addr add {NET}.{i}/24 dev eth0")
                run(f"ip -n nnc{i} link set eth0 up")
                run(f"ip -n nnc{i} link set lo up")
            hosts = ",".join(f"{NET}.{i}" for i in range(1, count + 1))
            yield (f"--mca plm_rsh_agent {agent} --mca btl tcp,self --mca btl_tcp_if_include {NET}.0/24 "
                   f"--mca oob_tcp_if_include {NET}.0/24 -H {hosts}").split()
        finally:
            if made:
                forget(count)


def limit(count, bits, delay=0):
    """What each machine receives a second, from now on (None: no limit); seconds that a packet takes more."""
    for i in range(1, count + 1):
        subprocess.run(f"tc qdisc del dev nncport{i} root".split(), stderr=subprocess.DEVNULL, check=False)
        if delay:
            run(f"tc qdisc add dev nncport{i} root netem delay {delay * 1e6:.0f}us rate {bits:.0f}bit")
        elif bits:
            run(f"tc qdisc add dev nncport{i} root tbf rate {bits:.0f}bit burst 128kb latency 200ms")
