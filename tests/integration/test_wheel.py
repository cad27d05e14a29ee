"""The wheel works on its own: outside its checkout, in an empty folder, with nothing but its dependencies."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | settings
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the built wheel and its dependencies, and has never heard of the checkout."""
    room = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", room, CHECKOUT, cwd=room)
    assert built.returncode == 0, built.stderr
    (wheel,) = room.glob("rehearsal-*.whl")

    home = room / "venv"
    venv.create(home, with_pip=False)
    interpreter = home / "bin" / "python"
    packages = Path(
        run(interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=room).stdout.strip()
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    installed = run(
        sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", packages, wheel, cwd=room
    )
    assert installed.returncode == 0, installed.stderr
    return interpreter


def test_the_wheel_is_found_and_not_the_checkout(python: Path, tmp_path: Path) -> None:
    found = run(
        python, "-c", "import rehearsal, connector; print(rehearsal.__file__, connector.__file__)", cwd=tmp_path
    )
    assert found.returncode == 0, found.stderr
    assert str(CHECKOUT) not in found.stdout


def test_the_installed_demo_plays_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    demo = run(python, "-m", "rehearsal", "demo", cwd=tmp_path)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert Path(demo.stdout.split("Report: ")[1].strip()).is_file()
    assert not [*tmp_path.iterdir()]


def test_the_installed_connector_migrates_a_database_of_its_own(python: Path, tmp_path: Path) -> None:
    settings = {
        "CONNECTOR_DATABASE_URL": f"sqlite:///{tmp_path}/connector.sqlite",
        "CONNECTOR_APP_KEY": "key",
        "CONNECTOR_APP_SECRET": "secret",
    }
    migrated = run(python, "-m", "connector", "migrate", cwd=tmp_path, **settings)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr
    assert (tmp_path / "connector.sqlite").is_file()


def test_the_wheel_brings_its_types(python: Path, tmp_path: Path) -> None:
    found = run(python, "-c", "import rehearsal; print(*rehearsal.__path__)", cwd=tmp_path)
    assert (Path(found.stdout.strip()) / "py.typed").is_file()


def test_the_wheel_brings_its_docs(python: Path, tmp_path: Path) -> None:
    asked = "from rehearsal.resources import folder; print(*sorted(folder('docs').rglob('*.md')), sep='\\n')"
    found = run(python, "-c", asked, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    installed = [Path(line) for line in found.stdout.splitlines()]
    ours = sorted((CHECKOUT / "docs").rglob("*.md"))
    assert [path.read_bytes() for path in installed] == [path.read_bytes() for path in ours]
    assert not any(path.is_relative_to(CHECKOUT) for path in installed)
