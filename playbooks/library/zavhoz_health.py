#!/usr/bin/python
"""Looks at the host it runs on and judges what it sees. Changes nothing."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_health
short_description: judges ssh, docker, disk, memory, load, firewall, pending reboot and clock
description:
  - Every part has a state (ok, degraded, failed, unknown) and a reason in words.
  - The overall state is the worst of the parts; unknown parts make an otherwise good host degraded
    only when docker, disk, memory or firewall are among them.
options:
  docker: {description: whether Docker is expected, type: bool, default: true}
  firewall: {description: whether an active firewall is expected, type: bool, default: true}
  disk_percent: {description: degraded and failed from, type: list, elements: int, default: [85, 95]}
  memory_percent: {description: degraded and failed from, type: list, elements: int, default: [90, 97]}
  load_percent: {description: load over five minutes per core, type: list, elements: int, default: [200, 500]}
  clock_seconds: {description: degraded and failed from, type: list, elements: int, default: [5, 60]}
  now: {description: the controller's clock as it sends this, type: float}
  units: {description: units whose states are told as well, type: list, elements: str, default: []}
author: Zavhoz
"""

EXAMPLES = "- zavhoz_health:"
RETURN = r"""
health: {description: "part -> {state, reason}, and overall", returned: always, type: dict}
units: {description: "unit -> answers of is-active and is-enabled", returned: always, type: dict}
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from ansible.module_utils.basic import AnsibleModule

ARRIVED = time.time()
GUARD = "-A DOCKER-USER -m conntrack --ctstate DNAT -j DROP"
REAL_FILESYSTEMS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs")


def part(state, reason):
    return {"state": state, "reason": reason}


def by_limit(value, limits, reason):
    state = "failed" if value >= limits[1] else "degraded" if value >= limits[0] else "ok"
    return part(state, reason)


def used_percents(path):
    """Percent of space and of inodes in use as an ordinary user sees them."""
    stat = os.statvfs(path)
    used = stat.f_blocks - stat.f_bfree
    inodes = 100 * (stat.f_files - stat.f_ffree) // stat.f_files if stat.f_files else 0
    return 100 * used // max(used + stat.f_bavail, 1), inodes


def mounts():
    """The root and every local disk, each device once."""
    found = {"/": "/"}
    with open("/proc/mounts") as lines:
        for line in lines:
            device, path, kind = line.split()[:3]
            if kind in REAL_FILESYSTEMS and device not in found and os.path.isdir(path):
                found[device] = path
    return sorted(set(found.values()))


def disk(limits):
    seen = []
    for path in mounts():
        space, inodes = used_percents(path)
        seen.append((max(space, inodes), "%d%% of %s, %d%% of its inodes" % (space, path, inodes)))
    worst, reason = max(seen)
    return by_limit(worst, limits, reason)


def memory(limits):
    values = {}
    with open("/proc/meminfo") as lines:
        for line in lines:
            name, rest = line.split(":", 1)
            values[name] = int(rest.split()[0])
    used = 100 * (values["MemTotal"] - values["MemAvailable"]) // values["MemTotal"]
    return by_limit(used, limits, "%d%% of %d MiB in use" % (used, values["MemTotal"] // 1024))


def load(limits):
    cores = os.sysconf("SC_NPROCESSORS_ONLN")
    five = os.getloadavg()[1]
    return by_limit(int(100 * five / cores), limits, "%.2f on %d cores" % (five, cores))


def pending_reboot():
    wanted = os.path.exists("/run/reboot-required")
    return part("degraded", "an upgrade asks for a reboot") if wanted else part("ok", "none")


class Host(object):
    def __init__(self, module):
        self.module = module
        self.root = os.geteuid() == 0

    def path_of(self, program):
        return self.module.get_bin_path(program, opt_dirs=["/usr/sbin", "/sbin"])

    def ask(self, *argv, seconds=10):
        """Exit code and output; a program that is missing answers 127."""
        path = self.path_of(argv[0])
        if path is None:
            return 127, ""
        # timeout: a hanging daemon must not hang the check
        command = ["timeout", str(seconds), path] + list(argv[1:])
        code, out, _ = self.module.run_command(command, environ_update={"LC_ALL": "C"})
        return code, out.strip()

    def unit(self, name):
        return self.ask("systemctl", "is-active", name)[1] or "unknown"

    def units(self, names):
        """The answers of is-active and is-enabled, one line for each name, by name."""
        words = ("is-active", "is-enabled")
        if not names:
            return {}
        answers = [self.ask("systemctl", word, *names)[1].splitlines() for word in words]
        # a unit that is not there has no line in the second answer, which then fits no name
        if any(len(lines) != len(names) for lines in answers):
            return dict((name, [self.ask("systemctl", word, name)[1] for word in words]) for name in names)
        return dict((name, [lines[at] for lines in answers]) for at, name in enumerate(names))

    def ssh(self):
        state = self.unit("ssh")
        return part("ok" if state == "active" else "degraded", "logged in, the unit is " + state)

    def docker(self, expected):
        code, _ = self.ask("docker", "ps", "--quiet")
        if code == 127:
            return part("failed" if expected else "ok", "not installed")
        if code == 0:
            return part("ok", "answers")
        state = self.unit("docker")
        if state == "active" and not self.root:
            return part("unknown", "only root may ask")
        return part("failed", "does not answer, the unit is " + state)

    def firewall(self, expected):
        if not self.root:
            return part("unknown", "only root may ask")
        code, out = self.ask("ufw", "status")
        if code == 127:
            return part("failed" if expected else "ok", "not installed")
        if (out.splitlines() or [""])[0] != "Status: active":
            return part("failed" if expected else "ok", "not active")
        if self.path_of("docker") is None:
            return part("ok", "active")
        if GUARD in self.ask("iptables", "-S", "DOCKER-USER")[1].splitlines():
            return part("ok", "active, also for published ports")
        reason = "active, but ports that containers publish bypass it"
        return part("degraded" if expected else "ok", reason)

    def clock(self, limits, now):
        # the way here is in it: well under the first limit
        off = 0 if now is None else ARRIVED - now
        seen = by_limit(abs(off), limits, "%.1f s %s" % (abs(off), "ahead" if off > 0 else "behind"))
        if seen["state"] != "ok":
            return seen
        answer = self.ask("timedatectl", "show", "-p", "NTPSynchronized", "--value")[1]
        known = {"yes": ("ok", "synchronised"), "no": ("degraded", "not synchronised")}
        return part(*known.get(answer, ("unknown", "the host does not say")))


def safely(look, *args):
    try:
        return look(*args)
    except Exception as error:  # pylint: disable=broad-except
        return part("unknown", "%s: %s" % (type(error).__name__, error))


def overall(parts):
    for state in ("failed", "degraded"):
        names = sorted(name for name, seen in parts.items() if seen["state"] == state)
        if names:
            return part(state, ", ".join(names))
    needed = ("docker", "disk", "memory", "firewall")
    blind = [name for name in needed if parts[name]["state"] == "unknown"]
    return part("degraded", "unknown: " + ", ".join(blind)) if blind else part("ok", "all well")


def main():
    limits = {"type": "list", "elements": "int"}
    module = AnsibleModule(
        argument_spec={
            "docker": {"type": "bool", "default": True},
            "firewall": {"type": "bool", "default": True},
            "disk_percent": dict(limits, default=[85, 95]),
            "memory_percent": dict(limits, default=[90, 97]),
            "load_percent": dict(limits, default=[200, 500]),
            "clock_seconds": dict(limits, default=[5, 60]),
            "now": {"type": "float"},
            "units": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    asked = module.params
    host = Host(module)
    looks = {
        "ssh": (host.ssh,),
        "docker": (host.docker, asked["docker"]),
        "disk": (disk, asked["disk_percent"]),
        "memory": (memory, asked["memory_percent"]),
        "load": (load, asked["load_percent"]),
        "firewall": (host.firewall, asked["firewall"]),
        "pending_reboot": (pending_reboot,),
        "clock": (host.clock, asked["clock_seconds"], asked["now"]),
    }
    # side by side: most of the time goes by waiting for programs
    with ThreadPoolExecutor(max_workers=4) as pool:
        states = pool.submit(host.units, asked["units"])
        seen = dict((name, pool.submit(safely, *look)) for name, look in looks.items())
        parts = dict((name, one.result()) for name, one in seen.items())
    module.exit_json(
        changed=False,
        health=dict(parts, overall=overall(parts)),
        units=states.result(),
    )


if __name__ == "__main__":
    main()
