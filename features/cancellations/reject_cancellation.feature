Feature: A cancellation comes to nothing
  The parcel is packed, or the buyer wants it after all.

  Background:
    Given Maya has ordered a desk lamp for 39.98 USD
    And Maya has asked to cancel the order
    And everybody has heard of it

  Rule: Then the order stands and nobody is paid

    @R14
    Scenario: The seller says no
      When the seller rejects Maya's request, saying "It has left – 李小龙 has it 🙂"
      Then Maya's order stands
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

    @R14
    Scenario: The parcel leaves
      When the seller ships Maya's order
      Then Maya's order stands
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

    @R14 @R31
    Scenario: The parcel leaves after the seller has said no, and the history has that no once
      Given the seller has rejected Maya's request
      And 40 minutes have passed
      When the seller ships Maya's order
      Then Maya's order stands
      And all three books say 0.00 USD for Maya

    @R14
    Scenario: The parcel leaves after the seller has said yes
      Given the seller has approved Maya's request
      When the seller ships Maya's order
      Then Maya's order stands
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

    @R14
    Scenario: The buyer withdraws
      When Maya withdraws the cancellation
      Then Maya's order stands
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

    @R14
    Scenario Outline: It is called off in the end, as a whole, and for the seller's own reason
      Given <what>
      And everybody has heard of it
      When the seller calls off what Maya ordered, as the buyer wishes
      Then Maya's order is canceled
      And all three books say 39.98 USD for Maya

      Examples:
        | what                                   |
        | the seller has rejected Maya's request |
        | Maya has withdrawn the cancellation    |

    @R14
    Scenario: What is delivered cannot be canceled
      Given Noah has received a garden hose for 27.50 USD
      When Noah tries to cancel the order
      Then Noah is told that it cannot be done
