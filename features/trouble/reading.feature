Feature: Trouble while there is something to read
  Long lists come in pages. A page that is lost, maimed or late is read again, and what moves from page to page
  while somebody reads is missed by nobody.

  Rule: No request is missed

    @trouble
    Scenario Outline: The second page does not come
      Given 60 buyers have each received a mug for 12.50 USD
      And all of them have asked for their money back
      And the marketplace <trouble>
      When an hour passes
      Then the trouble was hit
      And all of them stand before the seller

      Examples:
        | trouble                                                     |
        | cuts short its answer to the second search for returns      |
        | answers 503 to the second search for returns for 20 minutes |

    @trouble
    Scenario: What stood on the first page moves behind the second one
      Given 50 buyers have each received a mug for 12.50 USD
      And 610 seconds have passed
      And all of them have asked to send it back
      And 10 buyers have each received a rug for 89.00 USD
      And the others have asked to send it back
      And the marketplace answers the next search for returns 20 seconds late
      When 20 minutes pass
      Then the trouble was hit
      And the seller has heard of all of their requests
