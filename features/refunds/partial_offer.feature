Feature: The seller offers a part
  Between yes and no there is an offer. The buyer takes it, or the seller is asked again.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And everybody has heard of it

  Rule: An offer waits for the buyer

    @R16
    Scenario: The offer is made
      When the seller offers Maya 10.00 USD
      Then Maya's request is shown as "Offer Sent to Buyer"
      And Maya has been paid back nothing

    @R16 @R4 @R37
    Scenario: The buyer takes it
      Given the seller has offered Maya 10.00 USD
      When Maya accepts the offer
      Then Maya's request is shown as "Completed"
      And Maya has exactly one mail, "order refund"
      And all three books say 10.00 USD for Maya

    @R16 @R4
    Scenario: Price, shipping and tax each bear their share of it
      Given Noah has received a rug for 39.98 USD with 6.00 USD for shipping and 4.13 USD of tax, 0.54 USD of it on shipping
      And Noah has asked for his money back
      And everybody has heard of it
      And the seller has offered Noah 10.40 USD
      When Noah accepts the offer
      Then all three books say 10.40 USD for Noah

    @R16
    Scenario: The buyer declines and the seller is asked again
      Given the seller has offered Maya 10.00 USD
      When Maya declines the offer
      Then Maya's request is shown as "Request Pending"
      And the seller has Maya's case before them

    @trouble
    Scenario Outline: The answer to it gets lost, and nobody looks before the offer is over
      Given the marketplace loses its answer to the next approval
      And the marketplace answers 503 to every search for returns for 2 hours
      And the seller has offered Maya 10.00 USD
      And <what has come of it>
      When 3 hours pass
      Then the trouble was hit
      And the seller has Maya's case before them

      Examples:
        | what has come of it                      |
        | Maya has declined the offer              |
        | the connector has been down for 49 hours |

    @R16 @R12
    Scenario: The seller gives in after the offer was declined
      Given the seller has offered Maya 10.00 USD
      And Maya has declined the offer
      And everybody has heard of it
      When the seller approves Maya's request
      Then all three books say 39.98 USD for Maya

    @R16
    Scenario: Of one request there is one offer, and a second one is refused where all can see it
      Given the seller has offered Maya 10.00 USD
      And Maya has declined the offer
      And everybody has heard of it
      When the seller offers Maya 20.00 USD
      Then Maya's request is shown as "Request Pending"
      And the seller has Maya's case before them

    @R16 @trouble
    Scenario: The same offer a second time, which does not get there at first
      Given the seller has offered Maya 10.00 USD
      And Maya has declined the offer
      And everybody has heard of it
      And the marketplace does not receive the next approval
      When the seller offers Maya 10.00 USD
      Then the trouble was hit
      And the seller has Maya's case before them

    @R16 @R17
    Scenario: Nobody answers after the offer was declined
      Given the seller has offered Maya 10.00 USD
      And Maya has declined the offer
      And everybody has heard of it
      And the connector has been down for 22 hours
      When 1 hour passes after the answer to Maya was due
      Then all three books say 39.98 USD for Maya
