"""Texts made to break what reads, stores and shows them."""

HORRORS = {
    "control characters": "a\x00b\x07c\x1b[31md",
    "right to left": "\u202eabc\u202c مرحبا שלום",
    "zalgo": "Z" + "\u0301\u0335\u0489" * 1_500,
    "emoji with joiners": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿",
    "lone surrogate": "a\ud83dz",
    "noncharacters": "\ufdd0\uffff\U0010ffff",
    "one long line": "x" * 1_000_000,
    "looks like markup": "<script>alert(1)</script> &lt;b&gt; ]]> <![CDATA[ <!-- {{x}}",
    "looks like Slack": "<!channel> <@U123> <https://evil.example|bank> @here",
    "not composed": "e\u0301a\u0308",
}
"""What every source gets to read."""
