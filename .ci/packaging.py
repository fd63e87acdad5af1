"""Checks the files for deployment: they parse, and every container is confined."""

import json
import pathlib
import re
import sys

import yaml

faults = []


def expect(fact, what):
    if not fact:
        faults.append(what)


def seconds(text):
    return sum(int(n) * {"s": 1, "m": 60}[unit] for n, unit in re.findall(r"(\d+)([sm])", text))


# Defaults of --drain-delay-ms and --shutdown-timeout-ms.
STOP_SECONDS = 0.25 + 10

compose_text = pathlib.Path("docker/compose.yaml").read_text()
compose = yaml.safe_load(compose_text)
expect(not re.search(r"PASSWORD\}|PASSWORD:-", compose_text), "compose: a password comes from the environment or has a default")
for name, service in compose["services"].items():
    for setting in ["mem_limit", "pids_limit", "read_only", "stop_grace_period"]:
        expect(service.get(setting), f"compose: {name} has no {setting}")
    expect(service.get("cap_drop") == ["ALL"], f"compose: {name} keeps capabilities")
    expect("no-new-privileges:true" in service.get("security_opt", []), f"compose: {name} may get privileges")
    expect(seconds(service["stop_grace_period"]) > STOP_SECONDS, f"compose: {name} is killed before it has stopped")
    expect(set(service.get("secrets", [])) <= set(compose["secrets"]), f"compose: {name} has an unknown secret")

manifests = list(yaml.safe_load_all(pathlib.Path("docker/kubernetes/verbatim.yaml").read_text()))
kinds = {manifest["kind"] for manifest in manifests}
for kind in ["ConfigMap", "Deployment", "Job", "NetworkPolicy", "PodDisruptionBudget", "Service"]:
    expect(kind in kinds, f"kubernetes: no {kind}")
drain = next(int(m["data"]["VERBATIM_DRAIN_DELAY_MS"]) / 1000 for m in manifests if m["kind"] == "ConfigMap")
for manifest in manifests:
    if manifest["kind"] not in ("Deployment", "Job"):
        continue
    pod = manifest["spec"]["template"]["spec"]
    expect(pod["securityContext"]["runAsNonRoot"], f"kubernetes: {manifest['kind']} may run as root")
    expect(not pod["enableServiceLinks"], f"kubernetes: {manifest['kind']} gets variables that look like settings")
    for container in pod["containers"]:
        confined = container["securityContext"]
        expect(confined["readOnlyRootFilesystem"], f"kubernetes: {container['name']} may write to its file system")
        expect(confined["capabilities"] == {"drop": ["ALL"]}, f"kubernetes: {container['name']} keeps capabilities")
        expect("memory" in container["resources"]["limits"], f"kubernetes: {container['name']} has no limit of memory")
    if manifest["kind"] == "Deployment":
        expect(pod["terminationGracePeriodSeconds"] > drain + 10, "kubernetes: a pod is killed before it has stopped")
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"]:
            expect(probe in pod["containers"][0], f"kubernetes: no {probe}")

rules = yaml.safe_load(pathlib.Path("docs/operations/alerts.yaml").read_text())
for rule in rules["groups"][0]["rules"]:
    expect({"alert", "expr", "labels", "annotations"} <= set(rule), f"alerts: {rule.get('alert')} is incomplete")
json.loads(pathlib.Path("docs/operations/dashboard.json").read_text())

print("\n".join(faults) or "compose, Kubernetes, alerts and dashboard are in order")
sys.exit(bool(faults))
