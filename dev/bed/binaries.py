"""Kubernetes, helm and the pause program, built from their Go modules.

Debian's kubectl is from 2020 and there are no other packages of these; the module proxy and its checksum database are
the registry that every Go build uses. Source versions are pinned by the go.mod and go.sum beside the recipe.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.cache import Cache, recipe_digest
from dev.bed.golang import compiler, environment
from dev.bed.progress import Progress, Step

KUBERNETES: Final = "1.34.4"
HELM: Final = "3.22.0"
COMMANDS: Final = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl")
RECIPES: Final = Path(__file__).parent / "recipes"

# -trimpath is part of Go's cache key: one flag set for all. Without gitVersion kubectl calls itself v0.0.0-master
# and `kubectl version` fails against any server.
_KUBERNETES_FLAGS: Final = f"-s -w -X k8s.io/component-base/version.gitVersion=v{KUBERNETES}"
_HELM_FLAGS: Final = f"-s -w -X helm.sh/helm/v3/internal/version.version=v{HELM}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """Folders with the finished programs."""

    kubernetes: Path
    helm: Path
    pause: Path


def _names() -> dict[str, str]:
    recipe = (RECIPES / "kubernetes" / "go.mod").read_bytes()
    return {
        "kubernetes": f"kubernetes-{KUBERNETES}-{recipe_digest(recipe, _KUBERNETES_FLAGS, *COMMANDS)}",
        "helm": f"helm-{HELM}-{recipe_digest(_HELM_FLAGS)}",
        "pause": f"pause-{recipe_digest((RECIPES / 'pause' / 'main.go').read_bytes())}",
    }


def find(*, cache: Cache) -> Binaries | None:
    """The programs when all are in the cache, whole."""
    found = {part: cache.find(name) for part, name in _names().items()}
    kubernetes, helm, pause = found["kubernetes"], found["helm"], found["pause"]
    if kubernetes is None or helm is None or pause is None:
        return None
    return Binaries(kubernetes=kubernetes, helm=helm, pause=pause)


def build(*, cache: Cache, progress: Progress) -> Binaries:
    """Build what the cache lacks. Go's build cache survives a failed attempt, so the next one goes on from there."""
    names = _names()
    go = compiler(cache=cache, progress=progress) if find(cache=cache) is None else Path("go")
    build_cache = cache.scratch("gocache")
    env = environment(build_cache=build_cache)

    def entry(part: str, title: str, guess: str, make: Callable[[Path, Step], None]) -> Path:
        known = cache.find(names[part])
        if known is not None:
            return known
        with progress.step(part, title, guess=guess) as step:
            return cache.make(names[part], fill=lambda folder: make(folder, step))

    pause = entry("pause", "Building the pause program", "about 10s", lambda d, s: _pause(go, env, d))
    kubernetes = entry(
        "kubernetes",
        f"Building Kubernetes {KUBERNETES} from source ({', '.join(COMMANDS)})",
        "4m30s on two idle cores",
        lambda folder, step: _kubernetes(go, env, folder, step),
    )
    helm = entry(
        "helm", f"Building helm {HELM} from source", "about 1m on two idle cores", lambda d, s: _helm(go, env, d, s)
    )
    if build_cache.exists():
        shutil.rmtree(build_cache, ignore_errors=True)
    return Binaries(kubernetes=kubernetes, helm=helm, pause=pause)


def _kubernetes(go: Path, env: dict[str, str], folder: Path, step: Step) -> None:
    # In a copy, so that a compiler that wants to touch go.mod never changes the source tree.
    module = folder.with_suffix(".module")
    shutil.copytree(RECIPES / "kubernetes", module, dirs_exist_ok=True)
    packages = [f"k8s.io/kubernetes/cmd/{name}" for name in COMMANDS]
    flags = ("-v", "-mod=readonly", "-trimpath", f"-ldflags={_KUBERNETES_FLAGS}", "-o", f"{folder}/")
    step.note = "fetching sources"
    needed = command.run([go, "list", "-deps", *packages], timeout=1200, env=env, cwd=module)
    count = _Counter(step=step, total=len(needed.splitlines()))
    command.run([go, "build", *flags, *packages], timeout=3600, env=env, cwd=module, line=count)
    shutil.rmtree(module)


def _helm(go: Path, env: dict[str, str], folder: Path, step: Step) -> None:
    argv: list[str | Path] = [
        go,
        "install",
        "-v",
        "-trimpath",
        f"-ldflags={_HELM_FLAGS}",
        f"helm.sh/helm/v3/cmd/helm@v{HELM}",
    ]
    command.run(argv, timeout=1800, env={**env, "GOBIN": str(folder)}, line=_Counter(step=step, total=0))


def _pause(go: Path, env: dict[str, str], folder: Path) -> None:
    source = RECIPES / "pause" / "main.go"
    command.run([go, "build", "-trimpath", "-ldflags=-s -w", "-o", folder / "pause", source], timeout=300, env=env)


@dataclass(slots=True, kw_only=True)
class _Counter:
    """Turns the compiler's list of packages into a number a person can watch."""

    step: Step
    total: int
    seen: int = 0

    def __call__(self, line: str) -> None:
        if line.startswith("go: downloading"):
            self.step.note = line
            return
        self.seen += 1
        of = f" of {self.total}" if self.total else ""
        self.step.note = f"compiled {self.seen}{of} packages" if self.seen < self.total or not of else "linking"
