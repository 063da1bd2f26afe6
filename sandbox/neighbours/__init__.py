"""Servers that are not ours, over their own protocols, as customers use them: a social network and a post office."""
