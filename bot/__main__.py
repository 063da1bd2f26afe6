"""`python -m bot` is `earshot`."""

import sys

from bot.cli import main

sys.exit(main())
