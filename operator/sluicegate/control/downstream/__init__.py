"""Downstream dependencies kept: their signals read, their capacity shared out, their breakers turned, all of it told.

Start at `steward`: it holds what is known of each dependency and each app on it, and lets the pure functions of
decide/downstream work on that.
"""
