"""`python -m demo --act lag`: choose an act, give it a place, say how it went."""

from __future__ import annotations

import shutil
import signal
import sys
import time

import click
from rich.console import Console

from demo.acts import deadletters, dependencies, lag, learned
from demo.command import ROOT
from demo.errors import DemoError
from demo.place import place

ACTS = {"lag": lag.play, "learned": learned.play, "dependencies": dependencies.play, "deadletters": deadletters.play}


def perform(act: str, *, console: Console) -> int:
    """0 when the story came true, 1 when it did not or could not be told, 130 when it was interrupted."""
    folder = ROOT / "build" / "demo" / act
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    try:
        with place() as here:
            broken = ACTS[act](here, folder=folder, console=console)
    except DemoError as error:
        console.print(f"The demo could not go on: {error}", style="red", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; what the demo had made is removed.", style="yellow")
        return 130
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    for sentence in broken:
        console.print(f"Not as told: {sentence}.", style="red", highlight=False)
    if not broken:
        console.print(f"The story came true ({minutes} min {seconds:02d} s in all).", style="green", highlight=False)
    return 1 if broken else 0


@click.command()
@click.option("--act", type=click.Choice([*ACTS, "all"]), default="lag", show_default=True, help="Which act to play.")
def main(act: str) -> None:
    """Plays an act on the test bed and writes build/demo/ACT/. KEEP=1 leaves the bed up."""
    # A SIGTERM cleans up as Ctrl-C does; a shell's background job starts with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    console = Console() if sys.stdout.isatty() else Console(width=200)
    codes = [perform(name, console=console) for name in (ACTS if act == "all" else [act])]
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
