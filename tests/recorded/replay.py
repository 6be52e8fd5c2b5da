#!/usr/bin/env python3
"""Replays recorded Okta exchanges as replay.py of the shared folder does, against orgs that are what the recorded ones were.

The recordings come from several orgs and years, and differ in what no request of theirs says. Before a cassette is replayed, its org
is given, by public means alone, what the recorded one had:

- its name, from which Okta makes the names of custom apps (--base);
- the number of custom apps that it had had already, which Okta counts in those names (they are made and deleted over the API);
- whether an empty relay state is kept or null, which changed in May 2026 (--switch empty-relay-state);
- whether it had the feature of group owners (--switch group-owners).

One thing of the comparison is other than there: what is neutral under a key is neutral in a list under that key as well, so that
certificates ("x5c") are not compared byte for byte.

Takes replay.py's arguments, --start with neither --base nor --switch, and its folder as SHARED_TOOLS (default ../shared/tools).
"""

import importlib.util
import json
import os
import re
import sys

TOOLS = os.environ.get("SHARED_TOOLS", os.path.join("..", "shared", "tools"))
spec = importlib.util.spec_from_file_location("replay", os.path.join(TOOLS, "replay.py"))
shared = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared)

CUSTOM_NAME = re.compile(r"^([a-z0-9-]+)_[a-z0-9]+_(\d+)$")
FORM = {"label": "Before", "signOnMode": "AUTO_LOGIN", "settings": {"signOn": {"loginUrl": "https://example.com"}}}


def first_custom_app(exchanges):
    """The org's name, how many custom apps there had been before, and when the first one of a cassette was made."""
    for x in exchanges:
        app = x.get("response")
        if x["method"] == "POST" and x["path"] == "/api/v1/apps" and isinstance(app, dict):
            name = CUSTOM_NAME.match(app.get("name") or "")
            if name:
                return name.group(1), int(name.group(2)) - 1, app["created"]
    return None


def groups(exchanges):
    """Every group in the answers of a cassette."""
    for x in exchanges:
        answer = x.get("response")
        if re.match(r"/api/v1/groups(/[^/]+)?$", x["path"]):
            yield from (g for g in (answer if isinstance(answer, list) else [answer]) if isinstance(g, dict) and "_links" in g)


def flags(exchanges):
    """The flags of an org like the recorded one."""
    app, found = first_custom_app(exchanges), list(groups(exchanges))
    if app:
        yield f"--base https://{app[0]}.okta.example --switch empty-relay-state={'null' if app[2] >= '2026-05' else 'kept'}"
    if found:
        yield f"--switch group-owners={'shown' if any('owners' in g['_links'] for g in found) else 'absent'}"


class Prepared(shared.Org):
    """An org that starts when its cassette is known."""

    @classmethod
    def start(cls, command, data):
        org = cls("", "")
        org.command = command.replace("{data}", data)
        org.data = data
        return org

    def prepare(self, exchanges):
        live = StartedOrg.start(" ".join([self.command, *flags(exchanges)]), self.data)
        self.process, self.base, self.token = live.process, live.base, live.token
        before = first_custom_app(exchanges)
        for _ in range(before[1] if before else 0):
            status, app = self.send("POST", "/api/v1/apps", {}, FORM)
            if status != 200:
                sys.exit(f"replay: a custom app could not be made: {json.dumps(app)}")
            self.send("POST", f"/api/v1/apps/{app['id']}/lifecycle/deactivate", {}, None)
            self.send("DELETE", f"/api/v1/apps/{app['id']}", {}, None)


def replay(exchanges, org, tally, why):
    org.prepare(exchanges)
    shared_replay(exchanges, org, tally, why)


def neutral(value, key=None):
    if isinstance(value, list):
        return [neutral(item, key) for item in value]
    return shared_neutral(value, key)


StartedOrg, shared_replay, shared_neutral = shared.Org, shared.replay, shared.neutral
shared.Org, shared.replay, shared.neutral = Prepared, replay, neutral

if __name__ == "__main__":
    sys.exit(shared.main())
