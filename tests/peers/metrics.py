"""The metrics of a drift, read by the parser of Prometheus' own Python client.

Run by `run`, which serves the org and names it in the environment. The binary is the one argument.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

BINARY = sys.argv[1]
MANIFEST = """
apiVersion: idpctl/v1
kind: App
metadata: {name: web}
spec:
  label: Web
  settings:
    oauthClient:
      application_type: web
      grant_types: [authorization_code]
      response_types: [code]
      redirect_uris: [https://web.example.com/callback]
"""


def manage(method, path, body=None):
    """What the org answers its administrator."""
    request = urllib.request.Request(f"{os.environ['OKTA_CLIENT_ORGURL']}{path}", method=method)
    request.add_header("Authorization", f"SSWS {os.environ['OKTA_CLIENT_TOKEN']}")
    request.add_header("Content-Type", "application/json")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=60) as answer:
        return json.load(answer)


def families(folder, status):
    """The metrics of a drift that ends with a status, by name."""
    file = pathlib.Path(folder, "idpctl.prom")
    ended = subprocess.run([BINARY, "drift", "--metrics-file", file], cwd=folder, capture_output=True, text=True, timeout=120)
    assert ended.returncode == status, ended.stderr
    read = list(text_string_to_metric_families(file.read_text()))
    found = {family.name: family for family in read}
    assert len(found) == len(read), "a family comes once"
    for family in read:
        assert family.type == "gauge" and family.documentation and family.samples, family
        series = [tuple(sorted(sample.labels.items())) for sample in family.samples]
        assert len(set(series)) == len(series), "a series comes once"
        assert all(sample.labels["project"] == "default" for sample in family.samples), family
    return found


def value(family, **labels):
    """The sum of the samples that have some labels."""
    return sum(sample.value for sample in family.samples if labels.items() <= sample.labels.items())


with tempfile.TemporaryDirectory() as folder:
    manifests = pathlib.Path(folder, "manifests")
    manifests.mkdir()
    (manifests / "web.yaml").write_text(MANIFEST)
    subprocess.run([BINARY, "apply", "--auto-approve"], cwd=folder, check=True, capture_output=True, timeout=120)
    still = families(folder, 0)
    assert value(still["idpctl_drift_items"]) == 0
    [app] = [app for app in manage("GET", "/api/v1/apps?limit=200") if app["label"] == "Web"]
    app["label"] = 'Web "portal"\\'
    app["settings"]["oauthClient"]["redirect_uris"] = ["http://web.example.com/callback"]
    manage("PUT", f"/api/v1/apps/{app['id']}", app)
    drifted = families(folder, 2)
    assert still.keys() == drifted.keys(), "the same series are always there"
    assert value(drifted["idpctl_drift_items"], kind="App", severity="high") == 2
    assert value(drifted["idpctl_drift_items_by_cause"], cause="changed_live") == 2
    for name in ("idpctl_drift_data_timestamp_seconds", "idpctl_drift_last_success_timestamp_seconds"):
        assert abs(value(drifted[name]) - time.time()) < 600, name
print("a drift's metrics are what Prometheus reads: 2 runs,", sum(len(family.samples) for family in drifted.values()), "series each")
