"""Trouble that somebody ordered: small named faults, put in and taken out, asked afterwards what they hit.

    fault         what a fault is, as data; what it takes to be a kind of fault; a fault that meets a call
    reading       a fault as it is given, and what is wrong with one that makes no sense
    kinds         all kinds by name: those of the wire, and those of the marketplace
    on_the_wire   the kinds of the wire
    marketplace   the kinds of the marketplace
    trouble       `world.trouble`: what is planned, what was hit, and the link on which it bites

**To add a kind**, write a row of a table `name -> Kind` (`marketplace.MARKETPLACE` has the marketplace's). A `Kind`
says what its `with` takes and has up to three handlers, plain functions:

    meets(meeting)           at each call that the fault fits: answers by itself, or lets `meeting.onward()` answer
    begins(scene, planned)   when the fault takes effect: it may act on `scene`, which is the world
    ends(scene, planned)     when it was lifted, its time is over or it was hit as often as planned

`meeting` knows the call, whom it goes to, `meeting.scene` (the world) and what was given `with` the fault;
`planned.memory` is a place of its own for what a fault has to remember. A call that a fault fits is counted, and is hit
or let go (`skip`, `probability`, `times`), before `meets` is called. A kind of which not every such call is concerned
(`says_hits=True`) is called for each, and asks `meeting.hit()` at the instant when it would make a difference. One that
spoils an answer (`needs_answer`) is hit when there is one: where nobody can be reached it stays for the next call.
Where nothing is planned the link is the recorder's `undisturbed`, and nothing here is ever called.
"""
