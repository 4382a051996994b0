"""Speed and scale, each beside its peer or its limit, as ratios taken in one run. Never a timed test."""
