Feature: Activity & History tells the story of an order
  Whoever opens the order in the connector sees each step: when, who, what, in whose words.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it

  Rule: What was collected can be traced from beginning to end

    @R31
    Scenario: A request that the seller approves
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then the page of Maya's order tells, one after the other:
        | who         | what                                 |
        | marketplace | Order collected                      |
        | buyer       | Refund request collected, 39.98 USD  |
        | oms         | Approve                              |
        | connector   | Told TikTok Shop                     |
        | marketplace | Refund request                       |

    @R31 @R54 @R55
    Scenario: A refund that the seller starts
      When the seller refunds Maya's whole order
      Then the page of Maya's order tells, one after the other:
        | who         | what                |
        | oms         | Refund of 39.98 USD |
        | connector   | Told TikTok Shop    |
        | marketplace | Seller's refund     |

    @R31 @R54
    Scenario: A refund that is only recorded
      When the seller records 15.00 USD of Maya's order as given back elsewhere
      Then the page of Maya's order tells, one after the other:
        | who         | what                |
        | marketplace | Order collected     |
        | oms         | Refund of 15.00 USD |

    @R31 @R15
    Scenario: What was done elsewhere
      Given Maya has asked for her money back
      And everybody has heard of it
      When Maya's request is approved in Seller Center
      Then the page of Maya's order tells, one after the other:
        | who         | what                     |
        | buyer       | Refund request collected |
        | marketplace | Refund request           |

  Rule: A deadline announces itself

    Background:
      Given Maya has asked for her money back
      And everybody has heard of it
      And the connector has been down for 20 hours

    @R31 @R10
    Scenario: An hour is left and nobody has answered
      When the clock stands 1 hour before the answer to Maya is due
      Then the page of Maya's order tells, one after the other:
        | who       | what                                                     |
        | buyer     | Refund request collected                                 |
        | connector | TikTok Shop decides by itself at 2031-03-04 09:15:00 UTC |

    @R31 @R10
    Scenario: The buyer declines an offer, and again an hour is left
      Given it is 1 hour before the answer to Maya is due
      And the seller has offered Maya 10.00 USD
      And Maya has declined the offer
      And the connector has been down for 20 hours
      When the clock stands 1 hour before the answer to Maya is due
      Then the page of Maya's order tells, one after the other:
        | who         | what                              |
        | connector   | No answer yet                     |
        | marketplace | the buyer has not taken the offer |
        | connector   | No answer yet                     |

    @R31 @R16
    Scenario: An offer is left until its time is over
      Given the seller has offered Maya 10.00 USD
      And the connector has been down for 47 hours
      When 2 hours pass
      Then the page of Maya's order tells, one after the other:
        | who         | what                              |
        | marketplace | the buyer has not taken the offer |
      And the seller has Maya's case before them

  Rule: Whoever withdraws or refuses is quoted

    @R31 @R15
    Scenario: The buyer withdraws, and the marketplace's records say so
      Given Maya has asked for her money back
      And everybody has heard of it
      When Maya withdraws
      Then the page of Maya's order tells, one after the other:
        | who         | what                          |
        | buyer       | Refund request collected      |
        | marketplace | Customer withdrew the request |

    @R31 @R56
    Scenario: The marketplace refuses
      Given 30.00 USD of Maya's order have been refunded in Seller Center
      When the seller refunds Maya's whole order
      Then the page of Maya's order tells, one after the other:
        | who       | what                                 |
        | oms       | Refund of 39.98 USD                  |
        | seller    | Seller's refund collected, 30.00 USD |
        | connector | exceeds the refundable amount        |
