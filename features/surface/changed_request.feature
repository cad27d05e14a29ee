Feature: A request that is changed
  The buyer thinks again, or the operator for them: the request ends, and another takes its place.

  Background:
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has asked for her money back
    And everybody has heard of it

  @R10 @R24
  Scenario Outline: Only the new one is answered, and paid once
    Given <who>
    And everybody has heard of it
    And Maya has handed over her last parcel
    And Maya's last parcel has reached the warehouse
    And everybody has heard of it
    When the seller finds Maya's goods of her last request as sold and accepts them
    Then Maya's first request is shown as "Canceled"
    And Maya's last request is shown as "Completed"
    And all three books say 40.00 USD for Maya
    And the seller has nothing to answer for Maya

    Examples:
      | who                                                   |
      | Maya has changed her request into a return            |
      | the operator has changed Maya's request into a return |

  @R10 @R17
  Scenario: A yes to the old one that is on its way pays nothing
    Given the seller has approved Maya's request
    And Maya has changed her request into a return
    When an hour passes
    Then Maya has been paid back nothing
    And all three books say 0.00 USD for Maya
    And the seller sees no failure for Maya

  @R10 @R12
  Scenario Outline: It asks for money alone then, and the seller says yes
    Given Noah has received a mug for 12.50 USD
    And Noah has asked to send it back
    And everybody has heard of it
    And <who>
    And everybody has heard of it
    When the seller approves Noah's last request
    Then Noah's last request is shown as "Completed"
    And Noah's last request was decided by the seller
    And all three books say 12.50 USD for Noah

    Examples:
      | who                                                    |
      | Noah has changed his request into a refund             |
      | the operator has changed Noah's request into a refund |
