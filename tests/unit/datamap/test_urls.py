"""A store's URL: filled in, and never told."""

import pytest

from habeas.datamap.model import StoreMap
from habeas.datamap.urls import expand_url, has_password
from habeas.diagnostics import Refused


def store(url):
    return StoreMap(store="app", url=url)


def test_variables_are_filled_in():
    environment = {"USER_NAME": "u", "PASS": "p@${X}", "HABEAS_MAP": "/srv/habeas"}
    assert expand_url(store("postgresql://${USER_NAME}:${PASS}@h/d"), environment) == "postgresql://u:p@${X}@h/d"
    assert expand_url(store("sqlite:///${HABEAS_MAP}/../app.db"), environment) == "sqlite:////srv/habeas/../app.db"
    assert expand_url(store("sqlite:///app.db"), {}) == "sqlite:///app.db"


def test_missing_variables_are_all_named_and_the_url_is_not():
    with pytest.raises(Refused) as refused:
        expand_url(store("postgresql://${A}:${B}@secret-host/${A}"), {"B": ""})
    assert [f.fix for f in refused.value.findings] == ["export A=…", "export B=…"]
    assert "secret-host" not in str(refused.value)


@pytest.mark.parametrize("url", ["x://${A-B}@h", "x://${}@h", "x://${A", "x://${A B}@h"])
def test_a_brace_that_is_no_variable_is_refused(url):
    with pytest.raises(Refused) as refused:
        expand_url(store(url), {"A": "1"})
    assert refused.value.findings[0].code == "bad-variable" and "x://" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@h/d", True),
        ("postgresql+psycopg://u:p/with@signs@h:5432/d", True),
        ("postgresql://:p@h/d", True),
        ("postgresql://u:pre${X}@h/d", True),
        ("postgresql://h/d?user=u&password=p", True),
        ("postgresql://u:${PASSWORD}@h/d", False),
        ("postgresql://${USER}:${PASSWORD}@h/d", False),
        ("postgresql://h/d?password=${PASSWORD}", False),
        ("postgresql://u@h:5432/d", False),
        ("postgresql://u:@h/d", False),
        ("postgresql://h:5432/d", False),
        ("${APP_DATABASE_URL}", False),
        ("sqlite:///${HABEAS_MAP}/../app.db", False),
        ("sqlite:////srv/a:b@c.db", False),
        ("sqlite://", False),
    ],
)
def test_passwords_in_letters(url, expected):
    assert has_password(url) is expected
