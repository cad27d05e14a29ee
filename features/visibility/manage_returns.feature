Feature: Manage Returns shows every request
  In Seller Center, under Orders, the seller finds what buyers ask for and how far it has come.

  Rule: Every request is listed, the newest first

    @R1 @R21
    Scenario: Three buyers
      Given Maya has received a desk lamp for 39.98 USD
      And Noah has received a garden hose for 27.50 USD
      And Maya has asked for her money back
      And a minute has passed
      When Noah asks to send it back
      Then Manage Returns lists, from the top:
        | buyer | shown                  |
        | Noah  | Return Label Generated |
        | Maya  | Request Pending        |

    @R1 @R21
    Scenario: Nothing is asked, nothing is listed
      Given Maya has received a desk lamp for 39.98 USD
      When an hour passes
      Then Manage Returns lists nothing
