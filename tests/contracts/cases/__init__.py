"""One file a kind of source: the places that it is tested on."""
