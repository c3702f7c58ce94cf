"""Scenes: what a pixel was measured along, what looks wrong, what is masked, stacked or taken out."""
