"""Contradictions between blocks of a case, found in the raw document so that they are reported with all else."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

Finding = tuple[tuple[str | int, ...], str]


def raw_mistakes(document: Mapping[str, Any]) -> list[Finding]:
    """Return (location, rule) of every contradiction between blocks.

    Parameters
    ----------
    document : mapping
        The case as plain dicts, lists and scalars, not yet validated: anything may be missing or of another type.
    """
    findings = _duplicates(document, "data", "two data sets are called '{}': give each a name of its own")
    findings += _duplicates(document, "faults", "two segments are called '{}': give each a name of its own")
    for block, what in (("data", "data set"), ("faults", "segment")):
        if block in document and not document[block]:
            findings.append(((block,), f"list at least one {what} under {block}:"))
    segments = [name for name, _ in _names(document, "faults")]
    findings += _unknown_segments(document, segments)
    if document.get("synthetic") is not None:
        block = document["synthetic"]
        own = block.get("faults") if isinstance(block, Mapping) else None
        findings += _synthetic_segments(document, [name for name, _ in _names(block, "faults")] if own else segments)
    return findings


def _names(document: Mapping[str, Any], block: str) -> list[tuple[str, int]]:
    entries = document.get(block)
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return []
    return [
        (str(entry["name"]), index)
        for index, entry in enumerate(entries)
        if isinstance(entry, Mapping) and entry.get("name") is not None
    ]


def _duplicates(document: Mapping[str, Any], block: str, rule: str) -> list[Finding]:
    seen: set[str] = set()
    findings: list[Finding] = []
    for name, index in _names(document, block):
        if name in seen:
            findings.append(((block, index, "name"), rule.format(name)))
        seen.add(name)
    return findings


def _no_segment(name: str, segments: list[str]) -> str:
    close = difflib.get_close_matches(name, segments, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"the segments are {', '.join(segments) or 'not given'}"
    return f"no segment is called '{name}'; {hint}"


def _unknown_segments(document: Mapping[str, Any], segments: list[str]) -> list[Finding]:
    findings: list[Finding] = []
    joins = document.get("join")
    for index, pair in enumerate(joins if isinstance(joins, list) else []):
        for name in pair if isinstance(pair, list) else []:
            if str(name) not in segments:
                findings.append((("join", index), _no_segment(str(name), segments)))
    findings += _unknown_junctions(document, segments) + _unknown_in_stress(document, segments)
    slip = document.get("slip")
    overrides = slip.get("segments") if isinstance(slip, Mapping) else None
    for name in overrides if isinstance(overrides, Mapping) else []:
        if str(name) not in segments:
            findings.append((("slip", "segments", name), _no_segment(str(name), segments)))
    return findings


def _unknown_in_stress(document: Mapping[str, Any], segments: list[str]) -> list[Finding]:
    """Segments that the stress block names and that are not there, and true slip where there is none."""
    block = document.get("stress")
    if not isinstance(block, Mapping):
        return []
    places: list[tuple[tuple[str | int, ...], Any]] = []
    source, receivers = block.get("source"), block.get("receivers")
    findings: list[Finding] = []
    if isinstance(source, Mapping):
        places.append((("stress", "source", "segments"), source.get("segments")))
        if source.get("true_slip") is True and document.get("synthetic") is None:
            findings.append((("stress", "source", "true_slip"), "true slip is known in a synthetic study only"))
    for index, entry in enumerate(receivers if isinstance(receivers, list) else []):
        for key in ("segments", "rake_of"):
            if isinstance(entry, Mapping):
                places.append((("stress", "receivers", index, key), entry.get(key)))
    for location, names in places:
        for name in [names] if isinstance(names, str) else names if isinstance(names, list) else []:
            if str(name) not in segments:
                findings.append((location, _no_segment(str(name), segments)))
    return findings


def _unknown_junctions(document: Mapping[str, Any], segments: list[str]) -> list[Finding]:
    """Junctions of segments that are not there, or that are no meshes made here."""
    entries = document.get("faults")
    made = {
        str(entry.get("name"))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping) and isinstance(entry.get("mesh"), Mapping) and "edge" in entry["mesh"]
    }
    findings: list[Finding] = []
    junctions = document.get("junctions")
    for index, junction in enumerate(junctions if isinstance(junctions, list) else []):
        between = junction.get("between") if isinstance(junction, Mapping) else None
        for name in between if isinstance(between, list) else []:
            if str(name) not in segments:
                findings.append((("junctions", index, "between"), _no_segment(str(name), segments)))
            elif str(name) not in made:
                rule = (
                    f"segment '{name}' has no mesh made here (mesh: {{edge: ...}}): only such meet in shared vertices"
                )
                findings.append((("junctions", index, "between"), rule))
    return findings


def _synthetic_segments(document: Mapping[str, Any], segments: list[str]) -> list[Finding]:
    block = document["synthetic"]
    entries = block.get("slip") if isinstance(block, Mapping) else None
    findings: list[Finding] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("segment") if isinstance(entry, Mapping) else None
        if name is not None and str(name) not in segments:
            findings.append((("synthetic", "slip", index, "segment"), _no_segment(str(name), segments)))
    return findings
