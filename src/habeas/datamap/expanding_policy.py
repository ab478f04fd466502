"""`habeas.yaml` with its short forms written out."""

from __future__ import annotations

from habeas.datamap.expanding import check_version
from habeas.datamap.written import Data, Written, listed


def expand_policy(written: Written) -> Data:
    """The whole file; `written` collects what is wrong with its form."""
    policy = written.mapping(written.document.data, (), "policy", "version: 1")
    check_version(written, policy)
    for key in ("stores", "places"):
        if key in policy:
            policy[key] = [] if policy[key] is None else listed(policy[key])
    if "purposes" in policy:
        purposes = policy["purposes"]
        if isinstance(purposes, list) and all(isinstance(name, str) for name in purposes):
            purposes = dict.fromkeys(purposes)
        policy["purposes"] = written.entries(purposes, ("purposes",), "purposes: {support: answering questions}")
    grounds = written.entries(policy.get("grounds"), ("grounds",), "grounds: {accounting: {for: 7 years}}")
    policy["grounds"] = {
        name: {"for": value}
        if isinstance(value, str)
        else written.mapping(value, ("grounds", name), "ground", f"{name}: {{for: 7 years}}")
        for name, value in grounds.items()
    }
    policy["identity_types"] = written.entries(
        policy.get("identity_types"), ("identity_types",), "identity_types: {app.user_id: exact}"
    )
    places = written.entries(
        policy.get("elsewhere"), ("elsewhere",), "elsewhere: {backups: {owner: operations, longest: 35 days}}"
    )
    policy["elsewhere"] = {
        name: written.mapping(value, ("elsewhere", name), "elsewhere", f"{name}: {{longest: 35 days}}")
        for name, value in places.items()
    }
    if "limits" in policy:
        policy["limits"] = written.mapping(policy["limits"], ("limits",), "limits", "limits: {max_matches: 100}")
    if "discovery" in policy:
        example = "discovery: {ids: true}"
        policy["discovery"] = written.mapping(policy["discovery"], ("discovery",), "discovery", example)
    return policy
