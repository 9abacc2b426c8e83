"""`python -m spendsense_pipeline.cli`: the command where its script is not installed."""

import sys

from spendsense_pipeline.cli import main

sys.exit(main())
