Feature: The guide's workflows in every market
  Another market has other sums, reasons and times, and the platform decides other things by itself. The way from the
  request to the money is the same: everybody hears what happened, and all three books agree.

  Rule: What buyers ask is answered, and what sellers start is paid

    @R6 @R7 @R9 @R11 @R12 @R13 @R14
    Scenario Outline: One round for all that a seller can answer
      Given a shop in <place>
      And these buyers wait for the seller:
        | buyer | order        | goods       | price   | wants           |
        | Maya  | has received | desk lamp   | <price> | money back      |
        | Noah  | has received | phone case  | <price> | money back      |
        | Ana   | has ordered  | mug         | <price> | to cancel       |
        | Omar  | has ordered  | rug         | <price> | to cancel       |
        | Ines  | has received | tea set     | <price> | to send it back |
        | Lena  | has received | silk scarf  | <price> | to send it back |
        | Paul  | has ordered  | bread knife | <price> | nothing         |
      When the seller answers like this:
        | buyer | answer               |
        | Maya  | approves             |
        | Noah  | rejects              |
        | Ana   | approves             |
        | Omar  | rejects              |
        | Ines  | accepts the goods    |
        | Lena  | refuses the goods    |
        | Paul  | calls the order off  |
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | <price>   |
        | Noah  | Refund Rejected | refund rejected | <nothing> |
        | Ana   | Completed       | order cancelled | <price>   |
        | Omar  | Canceled        | none            | <nothing> |
        | Ines  | Completed       | order refund    | <price>   |
        | Lena  | Return Rejected | return rejected | <nothing> |
        | Paul  | none            | order cancelled | <price>   |
      And the mail to Noah gives the reason "<no>"
      And the mail to Lena gives the reason "The item is damaged or used"

      Examples:
        | place                               | price       | nothing  | no                      |
        | the United States in March 2026     | 39.98 USD   | 0.00 USD | The evidence is unclear |
        | the United Kingdom                  | 39.98 GBP   | 0.00 GBP | The reason is not valid |
        | Indonesia                           | 640000 IDR  | 0 IDR    | The reason is not valid |
        | Thailand                            | 1399.50 THB | 0.00 THB | The reason is not valid |
        | Vietnam                             | 989000 VND  | 0 VND    | The reason is not valid |

    @R9 @R14
    Scenario Outline: Where a seller may begin a refund, a part is paid and then the rest
      Given a shop in <place>
      And Maya has received a rug for <price>
      And everybody has heard of it
      And the seller has refunded Maya <part> of the order
      And everybody has heard of it
      When the seller refunds Maya's whole order
      Then all three books say <price> for Maya

      Examples:
        | place              | price      | part      |
        | the United Kingdom | 39.98 GBP  | 9.99 GBP  |
        | Vietnam            | 989000 VND | 89001 VND |

    @R9 @R14
    Scenario Outline: What never came is paid back
      Given a shop in <place>
      And Maya has received a rug for <price>
      And everybody has heard of it
      When the seller refunds Maya's whole order, as it has not arrived
      Then all three books say <price> for Maya

      Examples:
        | place              | price      |
        | the United Kingdom | 39.98 GBP  |
        | Indonesia          | 640000 IDR |
        | Vietnam            | 989000 VND |

    @R16
    Scenario Outline: An offer over two lines, where money has no decimals
      Given a shop in <place>
      And Maya has received, with <delivery> for shipping and <tax> of tax:
        | goods | pieces | price each |
        | rug   | 1      | <rug>      |
        | mug   | 1      | <mug>      |
      And everybody has heard of it
      And Maya has asked for her money back
      And everybody has heard of it
      And the seller has offered Maya <part>
      When Maya accepts the offer
      Then the mail names the sum <part>
      And all three books say <part> for Maya

      Examples:
        | place     | rug        | mug       | delivery  | tax      | part      |
        | Indonesia | 10000 IDR  | 7000 IDR  | 1000 IDR  | 501 IDR  | 5000 IDR  |
        | Vietnam   | 100000 VND | 70000 VND | 10000 VND | 5001 VND | 50000 VND |

    @R9
    Scenario: In Thailand no seller can begin one
      Given a shop in Thailand
      And Maya has received a rug for 1399.50 THB
      And everybody has heard of it
      When the seller tries to refund Maya's whole order
      Then it was the connector that refused it
      And all three books say 0.00 THB for Maya

    @R14 @R16 @R37
    Scenario: Nothing is done of what cannot be done as a whole
      Given a shop in Thailand
      And Maya has ordered:
        | goods | pieces | price each | parcel |
        | rug   | 1      | 900.00 THB | 1      |
        | mug   | 1      | 100.00 THB | 2      |
      And the seller has shipped only the rug of Maya's order
      And everybody has heard of it
      And the seller has tried to refund Maya's whole order
      When an hour passes
      Then the seller sees no failure for Maya

  Rule: Each market divides what was paid in its own way

    @trouble
    Scenario: Of two things at one price one is called off, and the answer is lost
      Given a shop in the United Kingdom
      And Ana has ordered, with 1.01 GBP for shipping:
        | goods | pieces | price each |
        | vase  | 1      | 24.00 GBP  |
        | bowl  | 1      | 24.00 GBP  |
      And an hour has passed
      And the marketplace loses its answer to the next cancellation
      When the seller calls off what Ana ordered of the bowl, as it is not available
      And an hour passes
      Then the trouble was hit
      And the seller sees no failure for Ana
      And all three books say 24.50 GBP for Ana

    @R14 @R55
    Scenario: One thing of three is called off, with its part of shipping and tax
      Given a shop in the United Kingdom
      And Ana has ordered, with 0.01 GBP for shipping and 4.13 GBP of tax, 0.31 GBP of it on shipping:
        | goods | pieces | price each |
        | mug   | 2      | 9.99 GBP   |
        | rug   | 1      | 50.00 GBP  |
      And an hour has passed
      When the seller calls off what Ana ordered of the rug, as it is not available
      Then all three books say 52.94 GBP for Ana

    @R4 @R60
    Scenario: One thing of three is asked for, with its part of shipping and tax
      Given a shop in the United Kingdom
      And Ana has received, with 5.00 GBP for shipping and 2.53 GBP of tax, 0.31 GBP of it on shipping:
        | goods     | pieces | price each |
        | mug       | 2      | 9.99 GBP   |
        | desk lamp | 1      | 33.33 GBP  |
      And Ana has asked for the money for 1 of the mugs
      And an hour has passed
      When the seller approves Ana's request
      Then all three books say 11.41 GBP for Ana

  Rule: Not every market says what goes back

    @trouble
    Scenario: Nobody says how much is called off, and the answer is lost
      Given a shop in Vietnam
      And Ana has ordered a vase for 240000 VND
      And an hour has passed
      And the marketplace loses its answer to the next cancellation
      When the seller calls off what Ana ordered, as it is not available
      And an hour passes
      Then the trouble was hit
      And the seller sees no failure for Ana
      And all three books say 240000 VND for Ana

    @R14 @R37
    Scenario: Nobody says how much is called off, and delivery was paid for
      Given a shop in Vietnam
      And Ana has ordered a vase for 240000 VND, with 15000 VND for shipping and 18000 VND of tax, 1100 VND of it on shipping
      And Ana has asked to cancel the order
      And everybody has heard of it
      When the seller approves Ana's request
      Then all three books say 273000 VND for Ana

    @R14 @R25
    Scenario: Nobody says how much is called off, and nothing was paid
      Given a shop in Vietnam
      And Ana has not paid for a vase for 240000 VND
      And Ana has asked to cancel the order
      When an hour passes
      Then Ana's order is canceled
      And all three books say 0 VND for Ana

  Rule: Each market has its own names for reasons

    @R7 @R60
    Scenario Outline: What never came is shown as that
      Given a shop in <place>
      And Maya has received a rug for <price>
      And Maya has asked for her money back, because "Package was not received"
      And everybody has heard of it
      When the seller approves Maya's request
      Then all three books say <price> for Maya

      Examples:
        | place              | price      |
        | the United States  | 39.98 USD  |
        | the United Kingdom | 39.98 GBP  |
        | Indonesia          | 640000 IDR |
        | Vietnam            | 989000 VND |

  Rule: Each market has its hours

    @R10 @R17 @R45
    Scenario Outline: The seller's time to answer
      Given it is Friday 11 April 2031, 03:00 in universal time
      And a shop in <place>
      And Nora has received a garden hose for <price>
      When Nora asks for her money back, because "<why>"
      Then the answer to Nora is due on <due>

      Examples: it is Good Friday and Easter in the UK, the new year in Thailand, and in New York still Thursday
        | place                           | price       | due | why                     |
        | the United States in March 2026 | 27.50 USD   | Monday 14 April 2031, 23:00:00 in New York | Item is defective |
        | the United States in March 2026 | 100.01 USD  | Wednesday 16 April 2031, 23:00:00 in New York | Item is defective |
        | the United Kingdom              | 99.99 GBP   | Thursday 17 April 2031, 00:00:00 in London | Item is too big or long |
        | Indonesia                       | 640000 IDR  | Sunday 13 April 2031, 10:00:00 in Jakarta | Other |
        | Thailand                        | 899.00 THB  | Thursday 17 April 2031, 10:00:00 in Bangkok | Suspected counterfeit |
        | Vietnam                         | 640000 VND  | Monday 14 April 2031, 10:00:00 in Ho Chi Minh City | Missed delivery date |

    @R17 @R18 @R19
    Scenario Outline: Nobody answers one, and the other appeals, whatever script their names are in
      Given a shop in <place>
      And these buyers wait for the seller:
        | buyer  | order        | goods     | price   | wants      |
        | <name> | has received | desk lamp | <price> | money back |
        | Noah   | has received | rug       | <price> | money back |
      And the marketplace has given the seller 3 hours to answer Noah
      And the seller has rejected <name>'s request, saying "<words>"
      And everybody has heard of it
      And <name> has appealed
      And it is 1 hour after the answer to Noah was due
      When the operator decides for <name>
      Then it has ended like this:
        | buyer  | request   | mails                         | all books |
        | <name> | Completed | refund rejected, order refund | <price>   |
        | Noah   | Completed | order refund                  | <price>   |
      And the first mail to <name> says "<words>"

      Examples:
        | place              | price       | name                | words                          |
        | the United Kingdom | 39.98 GBP   | Siân O'Neill-Ó Dálaigh | Size 8½ – £39.98, as listed. |
        | Indonesia          | 640000 IDR  | Dewi Ayu Lestari    | Barang sesuai pesanan.         |
        | Thailand           | 1399.50 THB | สมหญิง ใจดี           | สินค้าตรงตามที่สั่งซื้อค่ะ 🙏           |
        | Vietnam            | 989000 VND  | Nguyễn Thị Ánh      | Hàng đúng như đã đặt.          |
