"""What Earshot asks of a workspace. tests/test_manifest.py holds it against slack-manifest.yaml."""

SCOPES = {
    "channels:history": "look for a message after a lost answer, so that nothing is posted twice",
    "channels:join": "join the departments' public channels",
    "channels:read": "find channels by name",
    "chat:write": "post cards",
    "chat:write.public": "post in public channels that it has not joined",
    "commands": "/mentions and /engagement-report",
    "files:write": "attach the report's CSV and chart",
    "groups:history": "the same look in private channels",
    "groups:read": "find private channels that it was invited to",
    "im:history": "the same look in direct messages",
    "im:write": "send reports and reminders in private",
    "metadata.message:read": "recognise its own messages in a channel's history",
    "usergroups:read": "know who belongs to a department",
    "users:read": "know people's names and time zones",
}
"""Scope → what it is for, in words for whoever approves the app."""
