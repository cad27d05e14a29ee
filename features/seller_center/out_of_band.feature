Feature: Somebody works in Seller Center behind the connector's back
  The guide forbids it and people do it. Whatever is done there is done once, is learnt of, and is
  never done again from this side.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it

  Rule: What was done there is learnt of and not repeated

    @demo @R15 @R14
    Scenario: A request is approved there between two rounds
      Given Maya has asked for her money back
      And everybody has heard of it
      When Maya's request is approved in Seller Center
      Then the seller has nothing to answer for Maya
      And Maya has exactly one mail, "order refund"
      And all three books say 39.98 USD for Maya

    @R15 @R14
    Scenario: A request is approved there just before a round, while the money is on its way
      Given Maya has asked for her money back
      And 28 minutes have passed
      When Maya's request is approved in Seller Center
      Then all three books say 39.98 USD for Maya

    @R15 @R14
    Scenario: A refund is started there
      When Maya's whole order is refunded in Seller Center
      Then Maya has made exactly one request
      And all three books say 39.98 USD for Maya

    @R15 @R16
    Scenario Outline: A part is offered there
      Given Maya has asked for her money back
      And everybody has heard of it
      And Maya has been offered 10.00 USD in Seller Center
      And everybody has heard of it
      When Maya <answers> the offer
      Then all three books say <paid> for Maya
      And the seller <sees>

      Examples:
        | answers  | paid      | sees                              |
        | accepts  | 10.00 USD | has nothing to answer for Maya    |
        | declines | 0.00 USD  | has Maya's request before them    |

    @R15 @R14
    Scenario: A parcel is refused there
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      When Maya's goods are refused in Seller Center
      Then the seller has nothing to answer for Maya
      And Maya has exactly one mail, "return rejected"

  Rule: Two hands on one thing move it once

    @R15 @R56
    Scenario: Both refund the whole order
      Given Maya's whole order has been refunded in Seller Center
      When the seller refunds Maya's whole order
      Then Maya has been paid back 39.98 USD
      And the seller sees that the refund of Maya failed, and why
      And all three books say 39.98 USD for Maya

    @R15 @R68
    Scenario: Both approve the request
      Given Maya has asked for her money back
      And everybody has heard of it
      And Maya's request has been approved in Seller Center
      When the seller approves Maya's request
      Then the seller sees no failure for Maya
      And all three books say 39.98 USD for Maya

    @R15 @R68
    Scenario: Rejected there, approved here
      Given Maya has asked for her money back
      And everybody has heard of it
      And Maya's request has been rejected in Seller Center
      When the seller approves Maya's request
      Then Maya's request is shown as "Refund Rejected"
      And all three books say 0.00 USD for Maya

    @R15 @R68 @R37
    Scenario Outline: A cancellation is <there> there, and <answered> here, minutes before the answer is due
      Given Noah has ordered a rug for 89.00 USD
      And Noah has asked to cancel the order
      And the connector has been down for 23 hours
      And it is 3 minutes before the answer to Noah is due
      And Noah's request has been <there> in Seller Center
      When the seller <answers> Noah's request
      Then all three books say <sum> for Noah

      Examples:
        | there    | answered | answers  | sum       |
        | approved | rejected | rejects  | 89.00 USD |
        | approved | approved | approves | 89.00 USD |
        | rejected | rejected | rejects  | 0.00 USD  |
        | rejected | approved | approves | 0.00 USD  |

    @R15 @R68
    Scenario Outline: Approved there, <answered> here, minutes before the answer is due
      Given Maya has asked for her money back
      And the connector has been down for 23 hours
      And it is 3 minutes before the answer to Maya is due
      And Maya's request has been approved in Seller Center
      When the seller <answers> Maya's request
      Then Maya's request is shown as "Completed"
      And all three books say 39.98 USD for Maya

      Examples:
        | answered | answers  |
        | rejected | rejects  |
        | approved | approves |

    @R15 @R68 @trouble
    Scenario: Rejected there, before what was rejected here could be sent
      Given Maya has asked for her money back
      And everybody has heard of it
      And the marketplace loses its answer to the next question for reasons
      And the seller has rejected Maya's request
      And 15 minutes have passed
      When Maya's request is rejected in Seller Center
      Then the trouble was hit
      And Maya has exactly one mail, "refund rejected"

    @R15 @R68 @trouble
    Scenario: Approved there, and in the same second here, of which the connector hears later
      Given Maya has asked for her money back
      And the connector has been down for 23 hours
      And it is 3 minutes before the answer to Maya is due
      And the connector does not receive the next decision
      And Maya's request has been approved in Seller Center
      When the seller approves Maya's request
      Then the trouble was hit
      And the seller sees no failure for Maya
      And all three books say 39.98 USD for Maya

    @R15 @R68
    Scenario: Withdrawn meanwhile, approved here
      Given Maya has asked for her money back
      And everybody has heard of it
      And Maya has withdrawn
      When the seller approves Maya's request
      Then Maya's request is shown as "Canceled"
      And all three books say 0.00 USD for Maya

    @R15 @R18
    Scenario: An appeal is running
      Given Maya has asked for her money back
      And Maya's request has been rejected in Seller Center
      And Maya has appealed
      When somebody tries to approve Maya's request in Seller Center
      Then Seller Center is told that it cannot be done
      And Maya has been paid back nothing

    @R15 @R16 @R56
    Scenario: A part there, the rest here
      Given 15.00 USD of Maya's order have been refunded in Seller Center
      And everybody has heard of it
      When the seller refunds Maya 24.98 USD of the order
      Then all three books say 39.98 USD for Maya

    @R15 @R16 @R56
    Scenario: A part there, everything here
      Given 15.00 USD of Maya's order have been refunded in Seller Center
      And everybody has heard of it
      When the seller tries to refund Maya 39.98 USD of the order
      Then the seller is told that it cannot be done
      And all three books say 15.00 USD for Maya

  Rule: A part of the price has no more left than what a sum there has left of it

    Background:
      Given Noah has received a rug for 50.00 USD, with 6.00 USD for shipping and 4.13 USD of tax
      And everybody has heard of it

    @R15 @R16 @R56
    Scenario: A sum there, and the tax here in the same quarter of an hour
      Given 30.00 USD of Noah's order have been refunded in Seller Center
      When the seller refunds Noah the tax
      Then all three books say 32.06 USD for Noah

    @R15 @R16 @R56
    Scenario: Everything there, and the tax here in the same quarter of an hour
      Given Noah's whole order has been refunded in Seller Center
      When the seller refunds Noah the tax
      Then the seller sees that the refund of Noah failed, and why
      And all three books say 60.13 USD for Noah

    @R15 @R16 @R56 @trouble @ours
    Scenario: The connector cannot read of the sum there
      Given the marketplace answers 503 to every search for returns for 40 minutes
      And 30.00 USD of Noah's order have been refunded in Seller Center
      When the seller refunds Noah the tax
      Then the trouble was hit
      And all three books say 34.13 USD for Noah

    @R15 @R16 @R56 @trouble
    Scenario: It can in the end, and asks again for what it has asked for before
      Given the marketplace answers 503 to every search for returns for 32 minutes
      And the marketplace does not receive the next 2 decisions
      And 30.00 USD of Noah's order have been refunded in Seller Center
      When the seller refunds Noah the tax
      And an hour passes
      Then the trouble was hit
      And all three books say 34.13 USD for Noah
