"""`make run`: database, migrations, demo, then web, worker, relay and scheduler under one supervisor.

python -m config.serve
"""

import json
import socket
import subprocess
import sys
import urllib.request
from typing import Any

from config import env as environment
from config import postgres
from config.env import PROJECT, BadSetting, Environment
from config.metrics import forget_counts
from config.supervisor import Child, Supervisor


def main() -> int:
    env = environment.read()
    for variable, port in (("PORT", env.port), ("STREAMS_PORT", env.streams_port)):
        _ensure_port_is_free(variable, port)
    with postgres.running(env):
        _say("Preparing the database …")
        demo = _prepared(env)
        forget_counts(env.data_dir)
        _say("Starting web, worker, relay and scheduler …")
        supervisor = Supervisor(_children(env))
        return supervisor.run(on_ready=lambda: _say(_ready_block(env, demo)), is_ready=lambda: _is_ready(env))


def _prepared(env: Environment) -> dict[str, Any] | None:
    """The database up to date; in trial mode with its demo, by the same process: starting one takes seconds."""
    if not env.debug:
        _manage("migrate", "--verbosity", "0", "--no-input")
        return None
    demo: dict[str, Any] = json.loads(_manage("demo", "--json", "--migrate"))
    return demo


# Flags of every web process; benchmarks/servers.py measures with those of WSGI.
WEB_FLAGS = ("--backlog", "512", "--no-ws", "--log-level", "warning")
WSGI_FLAGS = ("--workers", "2", "--blocking-threads", "4", *WEB_FLAGS)
# A stream would go on for minutes: its client comes back to whoever serves then.
ASGI_FLAGS = ("--workers-kill-timeout", "5", *WEB_FLAGS)


def _children(env: Environment) -> list[Child]:
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "-A", "config"]
    beat_file = str(env.data_dir / "celerybeat.pid")
    return [
        *_web(env),
        Child("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "warning", "--without-mingle",
                         "--without-gossip"], {"RAPPORT_PROCESS": "worker"}),
        Child("relay", [python, str(PROJECT / "manage.py"), "relay"], {"RAPPORT_PROCESS": "worker"}),
        Child("scheduler", [*celery, "beat", "--loglevel", "warning", "--pidfile", beat_file],
              {"RAPPORT_PROCESS": "worker"}),
    ]  # fmt: skip


def _web(env: Environment) -> list[Child]:
    """On trial one server does everything. In earnest requests go to the fastest one, and streams to one of their own
    when it has a port (docs/operations.md, "Streams").
    """
    everything = _granian("web", "asgi", env.port, "--workers", "2", *ASGI_FLAGS)
    if env.debug:
        return [everything]
    web = _granian("web", "wsgi", env.port, *WSGI_FLAGS)
    return [web, _granian("streams", "asgi", env.streams_port, *ASGI_FLAGS)] if env.streams_port else [web]


def _granian(name: str, interface: str, port: int, *flags: str) -> Child:
    command = [
        sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port), *flags,
        f"config.{interface}:application",
    ]  # fmt: skip
    # granian ignores a SIGTERM that comes in its first second, for good.
    return Child(name, command, {"RAPPORT_PROCESS": "web"}, patience=3.0)


def _manage(*arguments: str) -> str:
    command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"manage.py {arguments[0]} failed; its own words stand above.")
    return done.stdout


def _ensure_port_is_free(variable: str, port: int | None) -> None:
    if port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise BadSetting(variable, f"{port} is in use; choose another, such as {variable}={port + 1}.") from None


def _is_ready(env: Environment) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{env.port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _ready_block(env: Environment, demo: dict[str, Any] | None) -> str:
    lines = [
        "",
        "Rapport is ready.",
        "",
        f"  Back office     {env.base_url}/admin/",
        f"  API documents   {env.base_url}/docs/",
    ]
    if demo:
        admin, first = demo["admin"], demo["organisations"][0]
        lines += ["", "  Sign in to the back office as", _sign_in("the operator", admin)]
        lines += [_sign_in(f"{person['role']} of {first['name']}", person) for person in first["staff"]]
        lines += ["", f"  API key of {first['name']}, live mode", f"    {first['live']['secret_key']}"]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def _sign_in(who: str, person: dict[str, str]) -> str:
    return f"    {who:<26} {person['email']:<30} {person['password']}"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
