Feature: Tokens end before their time
  Whoever lends a key can take it back: an access token ends early, a refresh token is worth nothing, a seller shuts the
  connector out. What the seller has decided waits, and goes out once, as soon as there is a token again.

  Background:
    Given these buyers wait for the seller:
      | buyer | order        | goods      | price     | wants      |
      | Maya  | has received | desk lamp  | 39.98 USD | money back |
      | Noah  | has received | phone case | 15.99 USD | money back |

  Rule: A token that has ended is renewed, and nothing is lost

    @trouble
    Scenario Outline: Before the round that delivers
      Given the connector's access token has <ended>
      And the marketplace <does it>
      When the seller answers like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |

      Examples: The old token is soon worth nothing, and nobody knows the new one
        | ended        | does it                                                                        |
        | been revoked | loses its answer to the next renewal of the tokens                             |
        | expired      | loses its answers to the next 3 renewals of the tokens                         |
        | been revoked | answers 502 to the next renewal of the tokens, and carries it out all the same |

    @trouble
    Scenario Outline: While nobody has decided anything
      Given the connector's access token has <ended>
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back
      When an hour passes
      Then the trouble was hit
      And the seller has Ana's request before them

      Examples:
        | ended        |
        | been revoked |
        | expired      |

    @trouble
    Scenario: In the last round before the deadline, between collecting and delivering
      Given the connector has been down for 22 hours
      And it is 16 minutes before the answer to Maya is due
      And the marketplace answers 401 to the next 2 decisions
      When the seller answers like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |

    @trouble
    Scenario: Three minutes before the deadline, with no round in between
      Given the connector has been down for 22 hours
      And it is 3 minutes before the answer to Maya is due
      And the connector's access token has been revoked
      When the seller answers like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |

    @trouble
    Scenario Outline: It is not missed before the trouble is over
      Given the connector's access token has <ended>
      And the trouble is over
      And Ana has received a mug for 12.50 USD
      And 5.00 USD of Ana's order have been refunded in Seller Center
      When an hour passes
      Then the trouble was hit
      And all three books say 5.00 USD for Ana

      Examples:
        | ended        |
        | been revoked |
        | expired      |

  Rule: What nobody can renew waits for the seller

    @trouble
    Scenario: The refresh token has ended, too
      Given the connector's refresh token has ended
      And the connector's access token has expired
      And the seller has answered like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      And an hour has passed
      When the seller lets the connector into the shop again
      Then the trouble was hit
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |

    @trouble
    Scenario: What the seller has given anew is renewed as well
      Given the connector's refresh token has ended
      And the connector's access token has expired
      And an hour has passed
      And the seller has let the connector into the shop again
      And the connector's access token has expired
      When the seller approves Maya's request
      Then the trouble was hit
      And all three books say 39.98 USD for Maya

    @trouble
    Scenario: The seller has taken the authorization back, and the deadlines pass meanwhile
      Given the seller has taken back the connector's authorization
      And the seller has rejected Maya's request
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back
      And 2 hours have passed
      And the connector has been down for 20 hours
      And 2 hours have passed
      When the seller lets the connector into the shop again
      Then the trouble was hit
      And it has ended like this:
        | buyer | request   | mails        | all books |
        | Maya  | Completed | order refund | 39.98 USD |
        | Noah  | Completed | order refund | 15.99 USD |
        | Ana   | Completed | order refund | 12.50 USD |
