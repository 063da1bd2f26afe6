"""Words that decide whether two posts of nearly the same words say the same: English, and the commonest of other languages."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = _set(
    "no not never none nobody nothing nor neither without cannot hardly barely lack lacks fail fails failed un "
    "nicht kein keine keinen keinem nie niemals ohne pas jamais sans ne non sin nunca nem não niet geen nooit inte ingen"
)
"""One more or one less turns a sentence round."""

NUMBERS = _set(
    "zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million "
    "half double triple twice thrice once first second third fourth fifth last next another dozen couple pair "
    "ein eine zwei drei vier fünf sechs sieben acht neun zehn zweimal dreimal deux trois quatre cinq dos tres cuatro"
)

DATES = _set(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun "
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow tonight morning afternoon evening night noon "
    "day days week weeks month months year years hour hours minute minutes weekend "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag heute gestern morgen"
)

TURNS = _set(
    "still again update updated edit edited now finally already yet anymore longer resolved solved fixed works working worked "
    "thanks thank sorry apologies refunded replaced arrived delivered answered replied response better worse until since was were "
    "but however although except only also too besides plus instead immer wieder jetzt endlich gelöst danke toujours encore"
)
"""They tell that something went on, came on top, or is otherwise: news, however few words it takes."""

FREE = _set(
    "a an the this that these those and so just really very oh ok okay hey hi hello dear guys lol omg wow ugh well please pls plz "
    "to of for in at it its is are be i im am we you my our your u ur thx "
    "der die das und ein le la les et el los las y de"
)
"""They come and go without a difference."""

PASSED_ON = _set(
    "rt fwd fw repost reposting reposted posted posting share shared sharing via source originally appeared published "
    "copied copy pasted paste crosspost crossposting crossposted xpost retweet retweeting boost boosting pass spread quoting "
    "quote read reading link agree agreed exactly same"
)
"""At either end of a text they say that the words between are somebody else's."""

AROUND_PASSED_ON = _set(
    "from by on h t more continue full article story here comments signal passing word friend everyone everybody seen found "
    "with as re first well said also"
)
"""Of no matter beside one of those; without one they may be part of the complaint."""

NAMED_AFTER = frozenset({"via", "by", "from", "on", "source", "rt", "quoting"})
"""Behind one of these, beside one of PASSED_ON, stands where it came from: up to three words of no matter."""

SPELLINGS = (
    ("e-mail", "email"),
    ("wi-fi", "wifi"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("n't", " not"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'ll", " will"),
    ("i'm", "i am"),
    ("it's", "it is"),
    ("that's", "that is"),
)
"""Spelt out before words are compared, in this order."""

RESPELT = {
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "wasnt": "was not",
    "cant": "can not",
    "wont": "will not",
    "couldnt": "could not",
    "wouldnt": "would not",
    "hasnt": "has not",
    "havent": "have not",
    "arent": "are not",
    "thats": "that is",
    "ive": "i have",
    "anyone": "anybody",
    "everyone": "everybody",
    "someone": "somebody",
    "noone": "nobody",
    "mail": "email",
    "mails": "emails",
    "said": "says",
}
"""Words, and what is read in their place."""
