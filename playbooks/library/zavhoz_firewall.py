#!/usr/bin/python
"""Brings UFW and the rules for Docker's published ports about, under a timed rollback."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_firewall
short_description: one UFW profile, and a guard before the ports that Docker publishes
description:
  - Writes the profile and the guard (validated first), then makes the firewall load them. What
    decides is what the kernel has loaded, not what was written. A run that was cut short between
    the two is made good by the next.
  - Before anything changes a timer is armed on the host that disables UFW. The caller logs in
    afresh and stops it. A timer that an earlier run left behind is called off at the start.
options:
  ports: {description: "ports to keep open, each {port, proto}", type: list, elements: dict, required: true}
  profile: {description: text of the profile Zavhoz, type: str, required: true}
  guard: {description: rules for after.rules, type: str, required: true}
  guard6: {description: rules for after6.rules, type: str, required: true}
  rollback_unit: {description: name of the timer, type: str, required: true}
  rollback_seconds: {description: seconds until UFW is disabled, type: int, default: 60}
author: Zavhoz
"""

EXAMPLES = "# see roles/firewall/tasks/main.yml"
RETURN = "armed: {description: whether the rollback is armed, returned: success, type: bool}"

import os
import re
import tempfile

from ansible.module_utils.basic import AnsibleModule

PROFILE = "/etc/ufw/applications.d/zavhoz"
BEGIN = "# BEGIN Zavhoz: ports published by containers"
END = "# END Zavhoz: ports published by containers"
BLOCK = re.compile("^%s$.*?^%s$\n?" % (re.escape(BEGIN), re.escape(END)), re.MULTILINE | re.DOTALL)
CLOSED = "-A DOCKER-USER -m conntrack --ctstate DNAT -j DROP"
# file of UFW, program, chain of the rules that people and profiles add
FAMILIES = (
    ("after.rules", "iptables", "ufw-user-input"),
    ("after6.rules", "ip6tables", "ufw6-user-input"),
)


def text_of(path):
    if not os.path.exists(path):
        return ""
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "surrogateescape")


class Firewall(object):
    def __init__(self, module):
        self.module = module
        self.asked = module.params
        self.wanted = sorted((one["proto"], int(one["port"])) for one in self.asked["ports"])
        ipv6 = re.search(r"^IPV6=yes", text_of("/etc/default/ufw"), re.MULTILINE | re.IGNORECASE)
        both = ipv6 and os.path.exists("/proc/net/if_inet6")
        self.families = FAMILIES if both else FAMILIES[:1]

    def run(self, *argv):
        return self.module.run_command(list(argv), check_rc=True, environ_update={"LC_ALL": "C"})[1]

    def rules(self, program, chain):
        """Rules of a chain; none when it is not there."""
        code, out, _ = self.module.run_command(["/usr/sbin/" + program, "-S", chain])
        return out.splitlines() if code == 0 else []

    def active(self):
        """As `ufw status` sees it."""
        return self.rules("iptables", "ufw-user-input") != []

    def loaded(self):
        """Whether the kernel refuses by default and has profile and guard as they are wanted."""
        return all(
            "-P INPUT DROP" in self.rules(program, "INPUT")
            and self.profile_ports(program, chain) == self.wanted
            and self.guarded(program)
            for _, program, chain in self.families
        )

    def profile_ports(self, program, chain):
        ours = [one for one in self.rules(program, chain) if "dapp_Zavhoz" in one]
        found = [re.search(r" -p (\w+) .*--dport (\d+) ", one) for one in ours]
        return sorted((one.group(1), int(one.group(2))) for one in found if one)

    def guarded(self, program):
        rules = self.rules(program, "DOCKER-USER")
        found = [re.search(r" -p (\w+) .*--ctorigdstport (\d+) -j RETURN", one) for one in rules]
        through = sorted((one.group(1), int(one.group(2))) for one in found if one)
        return CLOSED in rules and through == self.wanted

    def noted(self):
        """Ports of the profile in the rules that UFW keeps."""
        pattern = r"^### tuple ### allow (\w+) (\d+) \S+ any \S+ Zavhoz "
        found = re.findall(pattern, text_of("/etc/ufw/user.rules"), re.MULTILINE)
        return sorted((proto, int(port)) for proto, port in found)

    def write(self, path, text, mode, test=None):
        if text_of(path) == text:
            return False
        handle, name = tempfile.mkstemp(dir=self.module.tmpdir)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        os.chmod(name, mode)
        if test:
            self.run("/usr/sbin/" + test, "--noflush", "--test", name)
        self.module.atomic_move(name, os.path.realpath(path))
        os.chmod(path, mode)
        return True

    def write_files(self):
        changed = self.write(PROFILE, self.asked["profile"], 0o644)
        guards = (self.asked["guard"], self.asked["guard6"])
        for (name, program, _), guard in zip(FAMILIES, guards):
            path = "/etc/ufw/" + name
            block = "%s\n%s\n%s\n" % (BEGIN, guard.rstrip("\n"), END)
            before = text_of(path)
            rest = before if before.endswith("\n") or not before else before + "\n"
            after = BLOCK.sub(lambda _: block, rest) if BLOCK.search(rest) else rest + block
            changed = self.write(path, after, 0o640, program + "-restore") or changed
        return changed

    def call_off(self):
        """A rollback that a run armed before it was cut short: that this run got in shows enough."""
        timer = self.asked["rollback_unit"] + ".timer"
        if self.module.run_command(["systemctl", "is-active", "--quiet", timer])[0] == 0:
            self.run("systemctl", "stop", timer)

    def arm(self):
        self.run(
            "systemd-run",
            "--collect",
            "--unit=" + self.asked["rollback_unit"],
            "--on-active=%d" % self.asked["rollback_seconds"],
            "--timer-property=AccuracySec=1s",
            "/usr/sbin/ufw",
            "disable",
        )

    def load(self, was_active):
        if not re.search(r'^DEFAULT_INPUT_POLICY="DROP"', text_of("/etc/default/ufw"), re.MULTILINE):
            self.run("ufw", "default", "deny", "incoming")
        noted = self.noted()
        if not noted:
            self.run("ufw", "allow", "Zavhoz")
        elif noted != self.wanted:
            self.run("ufw", "app", "update", "Zavhoz")
        if not was_active:
            self.run("ufw", "--force", "enable")
        elif not self.loaded():
            self.run("ufw", "reload")

    def at_boot(self):
        """Whether the unit had to be switched on."""
        todo = [word for word, state in (("enable", "is-enabled"), ("start", "is-active"))
                if self.module.run_command(["systemctl", state, "--quiet", "ufw"])[0] != 0]
        for word in todo:
            self.run("systemctl", word, "--quiet", "ufw")
        return bool(todo)


def main():
    port = {"port": {"type": "int", "required": True},
            "proto": {"type": "str", "choices": ["tcp", "udp"], "required": True}}
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict", "required": True, "options": port},
            "profile": {"type": "str", "required": True},
            "guard": {"type": "str", "required": True},
            "guard6": {"type": "str", "required": True},
            "rollback_unit": {"type": "str", "required": True},
            "rollback_seconds": {"type": "int", "default": 60},
        },
    )
    firewall = Firewall(module)
    firewall.call_off()
    changed = firewall.write_files()
    was_active = firewall.active()
    armed = not (was_active and firewall.loaded())
    if armed:
        firewall.arm()
        firewall.load(was_active)
    booted = firewall.at_boot()
    module.exit_json(changed=changed or armed or booted, armed=armed)


if __name__ == "__main__":
    main()
