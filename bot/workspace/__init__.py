"""A Slack of our own on this machine: for trying the assistant in a browser, and for the tests.

The law of this folder: what Slack is lives here once. `world.py` holds what is in the workspace, in Slack's own
shapes; `methods/` is Slack's Web API, one file per family; `limits.py` refuses what Slack refuses; `acting.py` is
what a person does, which the assistant hears of by signed requests (`sending.py`); `web.py` is Slack's side over
HTTP, `pages.py` the browser's. Only `running.py` knows the assistant: all else serves any app that speaks Slack's
protocol.
"""
