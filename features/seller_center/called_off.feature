Feature: An order is called off in Seller Center behind the connector's back
  Somebody calls off what cannot be sent, or answers there a buyer who wants nothing sent. The connector learns of it,
  tells it as what it is, and does not do it again.

  Background:
    Given Maya has ordered, with 6.00 USD for shipping:
      | goods | pieces | price each |
      | rug   | 1      | 90.00 USD  |
      | mug   | 3      | 10.00 USD  |
    And everybody has heard of it

  Rule: What was called off there is learnt of

    @R15 @R14
    Scenario Outline: Nobody has asked for it
      When <what> is called off in Seller Center
      Then the seller has nothing to answer for Maya
      And Maya has exactly one mail, "order cancelled"
      And all three books say <sum> for Maya

      Examples:
        | what                         | sum        |
        | what Maya ordered            | 126.00 USD |
        | what Maya ordered of the rug | 94.50 USD  |

    @R15 @R14
    Scenario: A part of it there, and then the rest by the buyer
      Given what Maya ordered of the mug has been called off in Seller Center
      And Maya has asked to cancel the order
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya's order is canceled
      And all three books say 126.00 USD for Maya

  Rule: Two hands on one thing move it once

    @R15 @R56
    Scenario: Both call it off
      Given what Maya ordered has been called off in Seller Center
      When the seller calls off what Maya ordered, as it is not available
      Then the seller sees no failure for Maya
      And Maya has exactly one mail, "order cancelled"
      And all three books say 126.00 USD for Maya

    @R15 @R14
    Scenario Outline: A buyer who asks to cancel is answered there
      Given Maya has asked to cancel the order
      And everybody has heard of it
      When Maya's request is <answered> in Seller Center
      Then the seller has nothing to answer for Maya
      And all three books say <sum> for Maya

      Examples:
        | answered | sum        |
        | approved | 126.00 USD |
        | rejected | 0.00 USD   |

    @R15 @R68
    Scenario Outline: Both answer, and the other one was first
      Given Maya has asked to cancel the order
      And everybody has heard of it
      And Maya's request has been <answered> in Seller Center
      When the seller <does> Maya's request
      Then Maya's request is shown as "<shown>"
      And all three books say <sum> for Maya

      Examples:
        | answered | does     | shown     | sum        |
        | approved | approves | Completed | 126.00 USD |
        | rejected | approves | Canceled  | 0.00 USD   |
        | approved | rejects  | Completed | 126.00 USD |
