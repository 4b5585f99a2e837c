"""Settings from the environment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.config import Config, ConfigError, secret_key

NAMES = (
    "THONSO_DATA",
    "THONSO_HOST",
    "THONSO_PORT",
    "THONSO_PUBLIC_URL",
    "THONSO_TRUSTED_PROXIES",
    "THONSO_SECRET_KEY",
)


@pytest.fixture
def read(monkeypatch, tmp_path):
    for name in (*NAMES, "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def read(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return Config.from_environment()

    return read


def test_without_settings_everything_is_in_var_and_only_this_machine_is_served(read, tmp_path):
    config = read()
    assert config.data_dir == tmp_path / "var"
    assert (config.host, config.port, config.public_url) == ("127.0.0.1", None, None)
    assert config.conninfo.startswith("postgresql://postgres@/thonso?host=")
    assert config.queue_url == f"unix://{tmp_path}/var/run/valkey.sock"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_database_url_in_the_form_of_libpq_or_of_sqlalchemy(read, scheme):
    config = read(DATABASE_URL=f"{scheme}://me:p%40ss@db:5433/thonso?sslmode=require")
    rest = "me:p%40ss@db:5433/thonso?sslmode=require"
    assert config.conninfo == f"postgresql://{rest}"
    assert config.sqlalchemy_url == f"postgresql+psycopg://{rest}"


def test_the_embedded_address_means_the_same_to_both():
    config = Config(data_dir=Path("/srv/with space & ô"))
    url = make_url(config.sqlalchemy_url)
    assert url.query["host"] == "/srv/with space & ô/run"
    assert (url.username, url.database) == ("postgres", "thonso")


def test_a_database_that_is_not_postgresql(read):
    with pytest.raises(ConfigError, match="DATABASE_URL must begin with postgresql://"):
        _ = read(DATABASE_URL="mysql://db/thonso").conninfo


def test_trusted_proxies_are_addresses_or_networks(read):
    assert read().trusted_proxies == ()
    trusted = read(THONSO_TRUSTED_PROXIES="127.0.0.1, ::1 172.16.0.0/12").trusted_proxies
    assert [str(network) for network in trusted] == ["127.0.0.1/32", "::1/128", "172.16.0.0/12"]
    with pytest.raises(ConfigError, match="THONSO_TRUSTED_PROXIES names addresses"):
        read(THONSO_TRUSTED_PROXIES="proxy.internal")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_a_port_that_is_none(read, port):
    with pytest.raises(ConfigError, match="THONSO_PORT must be a port number"):
        read(THONSO_PORT=port)


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(secret_key, [tmp_path / "var"] * 8))
    assert len(keys) == 1
    assert len(keys.pop()) >= 43
    file = tmp_path / "var" / "secret_key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_a_secret_key_of_ones_own_makes_no_file(read, tmp_path):
    assert read(THONSO_SECRET_KEY="mine").secret_key == "mine"
    assert not (tmp_path / "var").exists()


def test_a_data_folder_that_cannot_be_read(tmp_path, monkeypatch):
    def refused(*_args, **_options):
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(ConfigError, match="run as the owner of the data folder"):
        secret_key(tmp_path / "var")


def test_secrets_do_not_show(tmp_path):
    shown = repr(
        Config(data_dir=tmp_path, secret_key="key", database_url="postgresql://me:pass@db/x")
    )
    assert "key'" not in shown
    assert "pass" not in shown
