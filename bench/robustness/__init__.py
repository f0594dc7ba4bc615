"""How robust perceptual hashes are: the copies that each recognises, at equal false matches.

The protocol (bench/README.md, "Robustness"): each photo of a folder is modified in 61 ways; each
modified copy is a query against all photos. Run it by ``python bench/robustness [PHOTOS]``.
"""
