"""Samplers: every module here that holds a `SAMPLER` is one."""
