#!/usr/bin/python
"""Looks at what the roles decide by, in one call. Changes nothing."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: zavhoz_look
short_description: release, packages, name and time zone of the host
options:
  packages: {description: names of packages to look for, type: list, elements: str, default: []}
author: Zavhoz
"""

EXAMPLES = "- zavhoz_look: {packages: [fail2ban]}"
RETURN = "host: {description: what was seen, returned: always, type: dict}"

import os
import re

from ansible.module_utils.basic import AnsibleModule


def text_of(path):
    try:
        with open(path) as file:
            return file.read()
    except (IOError, OSError):
        return ""


def release():
    lines = re.findall(r'^(\w+)="?([^"\n]*)"?$', text_of("/etc/os-release"), re.MULTILINE)
    fields = dict(lines)
    system = fields.get("ID", "unknown")
    return {
        "system": system,
        "name": "%s-%s" % (system.capitalize(), fields.get("VERSION_ID", "").split(".")[0]),
        "codename": fields.get("VERSION_CODENAME", ""),
    }


def time_zone():
    """The zone on which the link and Debian's own file agree; empty when they do not."""
    zone = os.path.realpath("/etc/localtime").split("/zoneinfo/")[-1]
    if os.path.islink("/etc/localtime"):
        # not the real path: zones are links to each other
        zone = os.readlink("/etc/localtime").split("/zoneinfo/")[-1]
    noted = text_of("/etc/timezone").strip()
    return zone if noted in ("", zone) else ""


def own_line():
    """The line of /etc/hosts by which the host finds itself."""
    found = re.findall(r"^127\.0\.1\.1\s.*$", text_of("/etc/hosts"), re.MULTILINE)
    return found[-1] if found else ""


def installed(module, wanted):
    """Packages of which at least a part is there."""
    if not wanted:
        return []
    form = "${db:Status-Status} ${Package}\n"
    _, out, _ = module.run_command(["dpkg-query", "-W", "-f", form] + wanted)
    gone = ("not-installed", "config-files")
    seen = [line.split() for line in out.splitlines()]
    return sorted(words[1] for words in seen if len(words) == 2 and words[0] not in gone)


def main():
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    host = {
        "release": release(),
        "installed": installed(module, module.params["packages"]),
        "time_zone": time_zone(),
        "own_line": own_line(),
        "name": text_of("/etc/hostname").strip(),
    }
    module.exit_json(changed=False, host=host)


if __name__ == "__main__":
    main()
