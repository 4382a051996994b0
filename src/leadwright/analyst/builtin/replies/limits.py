"""How a question about the offer is told from one in anger, in English written out, and what turns a refusal round."""

import re

PARTS = re.compile(r"[,;:…]\s|\.\.+\s|\s[-–—]\s|\b(?:but|though|however|although|aber|mais|pero)\b")
CONTRAST = re.compile(
    r"\b(?:but|though|however|although|whereas|while|except|only|aber|allerdings|mais|pero|ma|maar)\b"
)
OPENS_A_QUESTION = re.compile(
    r"\b(?:what|which|who|whom|how|where|when|was|welche\w*|wer|wie|wo|wann|combien|quel\w*|comment|cuanto|que|quanto)\b|"
    r"\b(?:do|does|can|could|would|will|have|has|are|is) (?:you|it|they|your|there|the|that|this|these|we|one)\b|"
    r"^ ?any\b|\b(?:haben|hatten|konnen|konnten|bieten|gibt|geht|avez|pouvez|tienen|avete)\b"
)
OF_THE_MAILS = re.compile(  # asked in anger, of ourselves or of our writing
    r"\bwhy\b|\bwarum\b|\bwieso\b|\bpourquoi\b|\bpor que\b|\bperche\b|\bwoher\b|\bnever\b|\bever\b|\bmakes you think\b|"
    r"\bwho (?:are|is) (?:you|this)\b|\bwho (?:gave|told|sold|asked)\b|\b(?:do|did|would|should|am|have) i\b|"
    r"\bwhat part\b|\b(?:find|found|get|got|have|had|know) (?:me|us|my|our|that name)\b|"
    r"\b(?:do|did|can|could|would|will) you (?:\w+ )?(?:understand|read|listen|hear|get (?:it|that)|respect|accept|"
    r"care|know|mind|leave|go|stop|not)\b|\bleave (?:me|us)\b|"
    r"\b(?:(?:mailing|your|this|the) lists?|stop\w*|off|remov\w+|unsubscribe\w*|opt|e-?mail\w*|"
    r"mails?|messages?|newsletter|writ\w+|wrote|contacted|"
    r"contacting|address|spam\w*|person|human|bot|ai|unclear|joke|kidding|serious|clear|data|boss|times)\b"
)
