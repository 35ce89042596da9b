"""The member's web page. So far: what a link in a message leads to (docs/messaging.md), forms that visitors of a
business's website fill in (docs/leads.md), and what customers are asked (docs/feedback.md).
"""
