"""Sluice beside HAProxy and nginx: what `proxy-bench/compare` is made of. Python's standard library only."""
