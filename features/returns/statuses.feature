Feature: What people see of a return on its way
  Four words tell a return's way, always in the same order, and one more says how it ended.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: From the request to the buyer's parcel

    @R2 @R22
    Scenario: First the request is pending
      When Maya asks for her money back
      Then Maya's request is shown as "Request Pending"

    @R2 @R23 @R24
    Scenario: Then the buyer is waited for
      Given Maya has asked to send it back
      When 1 minute passes
      Then Maya's request is shown as "Waiting for Buyer to Ship"

    @R2 @R25
    Scenario: Then there is a label
      Given Maya has asked to send it back
      When 6 minutes pass
      Then Maya's request is shown as "Return Label Generated"

    @R2 @R26
    Scenario: Then the parcel is on its way
      Given Maya has asked to send it back
      And everybody has heard of it
      When Maya hands over the parcel
      Then Maya's request is shown as "Buyer Shipped"

    @R2 @R22 @R23 @R25 @R26
    Scenario: The four come in this order and no other
      Given Maya has asked to send it back
      And somebody has watched Maya's request for an hour
      When Maya hands over the parcel
      Then Maya's request has been shown, one after the other, as:
        | Request Pending           |
        | Waiting for Buyer to Ship |
        | Return Label Generated    |
        | Buyer Shipped             |

  Rule: The end has a word too

    @R36 @R58 @R70
    Scenario: Approved is not yet paid
      Given Maya has asked for her money back
      And everybody has heard of it
      And somebody has watched Maya's request for a minute
      And the seller has approved Maya's request
      When somebody watches Maya's request for an hour
      Then Maya's request has been shown, one after the other, as:
        | Request Pending   |
        | Refund Processing |
        | Completed         |
