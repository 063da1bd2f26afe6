"""What a draft answer is held against before it goes out: the five considerations, hashtags, and what must not be public.

`review` is the way in. Each other file is one kind of look at the draft and gives findings that name the words.
"""
