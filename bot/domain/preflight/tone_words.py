"""The words that give a tone away: one phrase a line, each a regular expression for whole words (see `any_line`)."""

from bot.domain.preflight.phrases import any_line

SORRY = any_line(
    r"""
    sorry
    apologi[sz]e[sd]?
    apologi[sz]ing
    apolog(?:y|ies)
    regrets?
    (?:is|are|was|that's|it's|this is) on us
    our (?:fault|mistake|error|bad)
    we (?:let you down|got (?:this|it|that) wrong|messed up|failed you)
    forgive us
    pardon
    """
)
"""Regret for what happened."""

HOLLOW = any_line(
    r"""
    (?:sorry|regret|apologi[sz]e) (?:that )?if
    (?:sorry|regret|apologi[sz]e) (?:that )?you (?:feel|felt|think|see it)
    (?:sorry|regret|apologi[sz]e) (?:that )?you (?:took|are upset|were offended|find|found)
    sorry for any (?:inconvenience|upset|offen[cs]e)
    any inconvenience (?:this |it )?(?:may|might|could) have
    sorry,? but
    mistakes were made
    """
)
"""Regret that takes itself back."""

SARCASM = any_line(
    r"""
    oh really
    oh,? (?:dear|please|no),? (?:how|what|not)
    surprise,? surprise
    what a (?:surprise|shame|tragedy)
    how (?:clever|original|brave|generous|kind) of you
    (?:nice|good) (?:try|one|story|luck with that)
    well done,? (?:you|genius|sherlock)
    congratulations on
    bravo
    genius
    sherlock
    wow
    yeah,? right
    as if
    sure,? (?:because|you did|it did)
    obviously
    needless to say
    big deal
    boo hoo
    poor (?:you|thing)
    world'?s smallest violin
    thanks? (?:for|you for) (?:the lecture|your wisdom|sharing your (?:wisdom|expertise)|nothing)
    hilarious
    ha ?ha
    lol
    how (?:dare|terribly|very) \w+
    next (?:you'll|you will|time you)
    you must be fun
    the world (?:ended|is ending)
    first world problems?
    some of us
    believe it or not
    shock(?:er|ing) as it
    rocket science
    not a (?:charity|toy|miracle|mind ?reader|hotel)
    whatever(?=[.!?]|$)
    /s
    slow clap
    imagine that
    who knew
    cry me
    """
)
"""What is seldom meant as it is written."""

BLAME = any_line(
    r"""
    you (?:should|ought to|could|might) (?:have|of)
    you(?:'d| had) better
    had you
    if you had(?:n't)?
    if you'd
    (?:you|who|they) (?:did not|didn't|never|failed to|forgot to|refused to|neglected to) \w+
    your (?:own )?(?:fault|mistake|error|doing|negligence|carelessness)
    user error
    (?:user|operator|customer) (?:mistake|fault)
    (?:something|nothing but what) you did
    (?:nobody|no one|none) else (?:has|had|have|is|complained|complains|reported|reports)
    you(?:'re| are) the (?:only|first) (?:one|person|customer)
    no other customers?
    you (?:clearly|obviously|probably|simply|must have|evidently|apparently)
    as (?:we|i) (?:already |have |clearly |previously )*(?:told|said|explained|written|wrote|stated)
    read (?:the|your|our) (?:manual|leaflet|booklet|instructions|guide|faq|small print)
    before (?:you )?(?:complain|moan|post|rant)(?:ing)?
    misus(?:e|ed|ing)
    improper(?:ly)? (?:use|used|handling|handled)
    (?:incorrectly|wrongly) (?:used|installed|filled|handled)
    you (?:caused|broke|brought) (?:it|this|that)
    your (?:expectations|lack)
    when (?:people|customers|used|you) (?:follow|read|use|as|do)[\w ]{0,20}(?:leaflet|manual|instructions)
    when (?:people|customers|used|you) (?:follow|read|use|as|do)[\w ]{0,20}(?:intended|directed|told)
    works? (?:perfectly |fine )?for everyone else
    what (?:did|do) you expect
    only prints? what
    voids? (?:the|your) (?:guarantee|warranty)
    """
)
"""What makes it the fault of the customer."""

RUDE = any_line(
    r"""
    calm down
    relax
    chill
    get (?:over it|a life|a grip)
    grow up
    deal with it
    stop (?:complaining|moaning|whining|shouting|exaggerating|it)
    nonsense
    rubbish
    ridiculous
    stupid(?:ity)?
    idiot(?:s|ic)?
    moron(?:s|ic)?
    dumb
    silly (?:question|complaint|post|of you)
    liar
    (?:a|is|are) lies?
    not true and you know it
    lying
    telling lies
    pathetic
    whin(?:e|ing|er)
    drama
    dramatic
    hysterical
    shut up
    troll(?:s|ing)?
    hater
    ignorant
    clueless
    lazy
    not our problem
    take it or leave it
    like it or not
    suck it up
    damn
    hell
    crap
    bullshit
    wtf
    entitled
    go elsewhere
    buy (?:something|somewhere) else
    so what
    """
)
"""What talks down to people."""

THREAT = any_line(
    r"""
    (?:our|the|its|his|her|my) (?:lawyers?|solicitors?)
    (?:our|the|its|his|her|my) (?:attorneys?|counsel|legal (?:team|department|advisers?))
    legal (?:action|steps|consequences|proceedings|measures|remedies|claim)
    defam(?:e|es|ing|ation|atory)
    libel(?:lous)?
    slander(?:ous)?
    sue(?:d|s)?
    suing
    (?:see|meet) (?:you|them) in court
    in court
    cease and desist
    press charges
    damages
    (?:delete|remove) (?:it|this|that|your)(?: \w+)? (?:now|by|or|within|immediately|at once)
    (?:take down|withdraw|retract) (?:it|this|that|your)(?: \w+)? (?:now|by|or|within|immediately|at once)
    (?:or|otherwise) (?:we|face|there) (?:will|shall|\w+ consequences)
    held liable
    prosecut(?:e|ed|ion)
    report you
    consequences
    """
)
"""Law as a stick."""

WALL = any_line(
    r"""
    (?:as )?(?:per|under) (?:the |our |its |company )*(?:\w+ )?(?:policy|policies|terms|conditions|t&cs?)
    (?:as )?(?:according to|in accordance with) (?:the |our |its |company )*(?:\w+ )?(?:policy|policies)
    (?:as )?according to (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?in accordance with (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?(?:per|under) (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?(?:according to|in accordance with) (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?(?:per|under) (?:the |our |its |company )*(?:\w+ )?(?:agreement|contract|procedures?)
    (?:as )?according to (?:the |our |its |company )*(?:\w+ )?(?:agreement|contract|procedures?)
    (?:as )?in accordance with (?:the |our |its |company )*(?:\w+ )?(?:agreement|contract|procedures?)
    (?:as )?(?:in line with|pursuant to) (?:the |our |its |company )*(?:\w+ )?(?:policy|policies)
    (?:as )?(?:in line with|pursuant to) (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?(?:in line with|pursuant to) (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?(?:in line with|pursuant to) (?:the |our |its |company )*(?:\w+ )?agreement
    (?:as )?(?:in line with|pursuant to) (?:the |our |its |company )*(?:\w+ )?(?:contract|procedures?)
    (?:as )?as (?:set out|stated|outlined) in (?:the |our |its |company )*(?:\w+ )?(?:policy|policies)
    (?:as )?as set out in (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?as (?:stated|outlined) in (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?as (?:described|laid down|specified) in (?:the |our |its |company )*(?:\w+ )?(?:policy|policies)
    (?:as )?as described in (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?as (?:laid down|specified) in (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?as (?:set out|stated|outlined) in (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?as (?:set out|stated|outlined) in (?:the |our |its |company )*(?:\w+ )?agreement
    (?:as )?as (?:set out|stated|outlined) in (?:the |our |its |company )*(?:\w+ )?(?:contract|procedures?)
    (?:as )?as described in (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?as (?:laid down|specified) in (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?as (?:described|laid down|specified) in (?:the |our |its |company )*(?:\w+ )?agreement
    (?:as )?as described in (?:the |our |its |company )*(?:\w+ )?(?:contract|procedures?)
    (?:as )?as (?:laid down|specified) in (?:the |our |its |company )*(?:\w+ )?(?:contract|procedures?)
    (?:as )?as stipulated (?:in|by) (?:the |our |its |company )*(?:\w+ )?(?:policy|policies)
    (?:as )?as stipulated (?:in|by) (?:the |our |its |company )*(?:\w+ )?(?:terms|conditions|t&cs?)
    (?:as )?as stipulated (?:in|by) (?:the |our |its |company )*(?:\w+ )?(?:rules|guidelines)
    (?:as )?as stipulated (?:in|by) (?:the |our |its |company )*(?:\w+ )?(?:agreement|contract|procedures?)
    (?:our|company|it is our|the) (?:\w+ )?polic(?:y|ies) (?:is|are|states?|does|do)
    (?:our|company|it is our|the) (?:\w+ )?polic(?:y|ies) (?:says?|clearly|prevents?|requires?|not)
    terms (?:and conditions|of (?:use|service|sale))
    t&cs?
    (?:is|are) not (?:covered|entitled|eligible)
    we (?:are|were) (?:unable|not able|not in a position|not obliged|not required|not permitted) to
    (?:we )?(?:cannot|can't|can not) (?:accept|assume|take|be held)(?: any)? (?:responsib\w+|liab\w+)
    please be advised
    kindly note
    (?:your|the) (?:request|complaint|query) (?:has been|was|will be) (?:noted|logged|forwarded)
    (?:your|the) (?:feedback|ticket|case) (?:has been|was|will be) (?:noted|logged|forwarded)
    (?:your|the) (?:request|complaint|query) (?:has been|was|will be) (?:escalated|recorded|closed|received)
    (?:your|the) (?:feedback|ticket|case) (?:has been|was|will be) (?:escalated|recorded|closed|received)
    we take (?:all|your|this|such) [\w ]{1,30} (?:very )?seriously
    valued customer
    your (?:call|opinion|feedback|satisfaction) is (?:very )?important
    hereby
    herewith
    at this time we
    no (?:refunds?|exceptions?) (?:are|can|will)
    """
)
"""Rules in place of an answer, and the language of forms."""

HYPE = any_line(
    r"""
    (?:everybody|everyone) (?:should|needs|must) \w+
    link in bio
    buy (?:now|yours|one|two)
    order (?:now|yours)
    shop (?:now|here)
    best (?:\w+ )?(?:ever|on the market|in the world)
    use (?:the )?code
    don't miss
    limited (?:time|offer)
    (?:\d+ ?%|percent) off
    (?:available|on sale) now
    ask anyone
    must[- ]have
    check out our
    you need one
    """
)
"""Advertisement."""

GRAVE_APOLOGY = any_line(
    r"""
    apologi[sz]es?
    apologi[sz]ing
    apologies
    apology
    (?:deeply|sincerely|truly|very|so|really) sorry
    sorry for (?:any|the) \w+
    """
)
"""Regret for more than a trifle."""

ADMISSION = any_line(
    r"""
    our (?:fault|mistake|error)
    (?:is|that's|it's) on us
    we (?:got (?:this|it|that) wrong|messed up|failed you|let you down)
    (?:sincerely|deeply) apologi[sz]e
    accept (?:full )?responsibility
    """
)
"""Guilt taken on."""
