"""Days of traffic to try laws on: real ones from a folder of counts over time, and made ones.

The folder holds the request counts of the 1998 World Cup's web site by minute and the series of the Numenta anomaly
benchmark (tweets, a load balancer, taxi rides, network traffic) by five or thirty minutes, as their authors publish
them; none of it is part of this project. A day is brought to the size of the group: its 99.9th percentile of messages a
second is three quarters of what all partitions can be served.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Rates = npt.NDArray[np.float64]
DAY = 86_400
BUSY, PERCENTILE = 0.75, 99.9
LATER_DAYS = (60, 61, 66, 67, 70, 75, 77, 80, 83)
SOURCES = {
    "wc-early": ("wc40", "wc43", "wc46", "wc47", "wc50", "wc51", "wc54", "wc55", "wc57"),
    "wc-late": tuple(f"wc{day}" for day in LATER_DAYS),
    "tweets-a": ("aapl@5", "crm@8", "fb@20", "goog@30"),
    "tweets-b": ("amzn@12", "ibm@15", "ups@18"),
    "elb": ("elb@2", "elb@9"),
    "taxi": ("taxi@30", "taxi@150"),
    "net": ("net@3",),
    "synth": ("step10x", "hourly", "onoff", "diurnal"),
}
"""Days by where they come from; ``name@day`` counts days from the start of a series."""


def rates_of(day: str, *, partitions: int, capacity: float, folder: Path) -> Rates:
    """Messages a second, one for each second of the day. ``capacity`` messages a second of one replica."""
    peak = BUSY * partitions * capacity
    if day.startswith("wc"):
        return _world_cup(int(day[2:]), peak=peak, folder=folder)
    if "@" in day:
        return _series(day, peak=peak, folder=folder)
    return MADE[day](peak)


def _world_cup(day: int, *, peak: float, folder: Path) -> Rates:
    if day in LATER_DAYS:
        name, start = "worldcup98_more_days_requests_per_minute.csv", LATER_DAYS.index(day) * 1440
    else:
        name, start = "worldcup98_requests_per_minute.csv", day * 1440
    return _resampled(_column(folder / name), every=60, start=start, peak=peak)


def _series(day: str, *, peak: float, folder: Path) -> Rates:
    name, _, number = day.partition("@")
    files = {"net": "ec2_network_in_257a54", "elb": "elb_request_count_8c0756", "taxi": "nyc_taxi"}
    values = _column(folder / f"nab_{files.get(name, f'twitter_volume_{name}')}.csv")
    if name == "taxi":
        return _resampled(values, every=1800, start=int(number) * 48, peak=peak)
    midnight = 0 if name == "elb" else 30
    return _resampled(values, every=300, start=int(number) * 288 + midnight, peak=peak)


@cache
def _column(path: Path) -> Rates:
    with path.open() as file:
        return np.array([float(row[1]) for row in list(csv.reader(file))[1:]])


def _resampled(values: Rates, *, every: int, start: int, peak: float) -> Rates:
    rates = np.interp(np.arange(DAY) / every, np.arange(len(values) - start), values[start:])
    return np.asarray(rates * (peak / np.percentile(rates, PERCENTILE)))


def _step10x(peak: float) -> Rates:
    """A quarter of an hour of ten times as much, five times a day, at uneven distances."""
    rates = np.full(DAY, 0.1 * peak)
    for hour in (2, 7, 12, 17, 22):
        rates[hour * 3600 : hour * 3600 + 900] = peak
    return rates


def _hourly(peak: float) -> Rates:
    """Three minutes of batch in every hour."""
    rates = np.full(DAY, 0.08 * peak)
    for hour in range(24):
        rates[hour * 3600 + 300 : hour * 3600 + 480] = 0.9 * peak
    return rates


def _onoff(peak: float) -> Rates:
    """Bursts of random height and length at random times."""
    chance = np.random.default_rng(99)
    rates = np.full(DAY, 0.15 * peak)
    second = 0
    while second < DAY:
        second += int(chance.exponential(5400))
        length = int(chance.uniform(120, 1500))
        rates[second : second + length] = peak * chance.uniform(0.4, 1.0)
        second += length
    return rates


def _diurnal(peak: float) -> Rates:
    """A smooth day with noise by minutes."""
    seconds = np.arange(DAY)
    minutes = np.arange(0, DAY + 60, 60)
    noise = np.random.default_rng(99).standard_normal(DAY // 60 + 1)
    day = 0.12 + 0.88 * (0.5 - 0.5 * np.cos(2 * np.pi * seconds / DAY)) ** 1.5
    return np.asarray(peak * day * (1 + 0.08 * np.interp(seconds, minutes, noise)))


MADE = {"step10x": _step10x, "hourly": _hourly, "onoff": _onoff, "diurnal": _diurnal}
