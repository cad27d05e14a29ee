Feature: The seller rejects a return after inspection
  Goods that come back worn, broken or not at all what was sold need not be paid for. The seller says so
  after looking at them, and only then.

  Background:
    Given Maya has received a silk scarf for 64.00 USD

  Rule: The answer comes after the inspection

    @demo @R7 @R38 @R39 @R42 @R44 @R45 @R46 @R47 @R48 @R49 @R50
    Scenario: The goods come back worn
      Given Maya has sent it back
      And everybody has heard of it
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods used and refuses them
      Then Maya's request is shown as "Return Rejected"
      And Maya has exactly one mail, "return rejected"
      And all three books say 0.00 USD for Maya

    @R46 @R48
    Scenario Outline: Every grade has words for the buyer
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods <grade> and refuses them
      Then Maya's request is shown as "Return Rejected"
      And the seller sees no failure for Maya

      Examples:
        | grade              |
        | used               |
        | damaged            |
        | the wrong item     |
        | with parts missing |

  Rule: Nothing is out of order

    @R40 @R41 @R51
    Scenario: The history of a rejected return
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      When the seller finds Maya's goods damaged and refuses them
      Then these happened to Maya's request, in this order:
        | Request Pending                      |
        | Waiting for Buyer to Ship            |
        | Return Label Generated               |
        | Buyer Shipped                        |
        | The package arrived at the warehouse |
        | Return Rejected                      |

    @R7 @R51
    Scenario: There is no rejecting before the goods are there
      Given Maya has sent it back
      And everybody has heard of it
      When the seller tries to reject the request of Maya
      Then the seller is told that it cannot be done
      And Maya's request is shown as "Buyer Shipped"
