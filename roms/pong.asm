; Pong: an original game for the Atari 2600, 2 KB. MIT licence, like the project.
;
; The player's paddle is the right one, the computer's the left one; who misses gives the other a point; first to 21.
; Controller: the second paddle of the left port (INPT1, fire in SWCHA bit 6). Less resistance is higher on the screen.
; The ball is served after half a second, with FIRE after 8 frames. RESET starts anew at any time; the game needs no other start.
; Where the ball hits a paddle gives its angle: the middle sends it flat, the ends steep. Every second hit of a rally makes it faster.
;
; A frame is 262 lines: 3 of VSYNC, 35 of VBLANK with the game's logic, 208 visible, 16 of overscan. Rows are counted from the 35th line
; after VSYNC, row 0; rows 1..208 are visible: 2..21 score, 24..33 wall, 34..193 field, 194..203 wall, the others empty.
; Paddles are the missiles (4 wide, 16 high), the ball is the ball (4 wide, 5 high), walls and digits are playfield.
; Assembles with dasm: `bun roms/build.ts`.

        processor 6502
        include "vcs.inc"

; Colours (NTSC)
BACKGROUND      = $20           ; brown
COMPUTERS       = $3A           ; orange
PLAYERS         = $CA           ; green
LIGHT           = $0E           ; ball and walls

; Sizes, in pixels and rows
FIELD_TOP       = 34
FIELD_END       = 194           ; the first row below the field
PADDLE_HEIGHT   = 16
BALL_HEIGHT     = 5
PADDLE_LOWEST   = FIELD_END - PADDLE_HEIGHT
BALL_LOWEST     = FIELD_END - BALL_HEIGHT
COMPUTER_X      = 16
PLAYER_X        = 140
CENTRE_X        = 78
LAST_X          = 156           ; the ball's position at the right border
CONTACT_RIGHT   = PLAYER_X - 4  ; the ball touches the player's paddle
CONTACT_LEFT    = COMPUTER_X + 4
CONTACT_DEPTH   = 7             ; and may still be hit so many pixels later
CONTACT_HEIGHT  = PADDLE_HEIGHT + BALL_HEIGHT - 1

WINNING_SCORE   = 21
SERVE_FRAMES    = 32            ; pause before a serve
EARLY_SERVE     = 24            ; from here on FIRE serves
FASTEST         = 12            ; hits of a rally after which the ball gets no faster
PLAYFIELD_WALL  = $20           ; CTRLPF: ball 4 pixels wide
PLAYFIELD_SCORE = $22           ; and the halves in the colours of the missiles

; RAM
        seg.u variables
        org $80
playerScore     ds 1            ; $80  0..21
computerScore   ds 1            ; $81  0..21
playerTop       ds 1            ; $82  first row of the paddle, 34..178
computerTop     ds 1            ; $83
ballX           ds 1            ; $84  left pixel of the ball, 0..156
ballTop         ds 1            ; $85  first row of the ball, 34..189
velocityX       ds 1            ; $86  pixels a frame, signed; 256ths follow
velocityY       ds 1            ; $87  rows a frame, signed
ballXLow        ds 1            ; $88
ballTopLow      ds 1            ; $89
velocityXLow    ds 1            ; $8A
velocityYLow    ds 1            ; $8B
pause           ds 1            ; $8C  frames until the serve, 0 while the ball moves
hits            ds 1            ; $8D  of this rally, 0..12
aim             ds 1            ; $8E  how far below its paddle's top the computer wants the ball, 0..12
computerPart    ds 1            ; $8F  256ths of a row that the computer's paddle is owed
chanceLow       ds 1            ; $90  shift register, never 0
chanceHigh      ds 1            ; $91
paddleRow       ds 1            ; $92  the last row at which the player's paddle was not charged
beepFrames      ds 1            ; $93
leftDigits      ds 5            ; $94  the score's rows as they go into PF1
rightDigits     ds 5            ; $99
scratch         ds 1            ; $9E
onesRow         ds 1            ; $9F
tensRow         ds 1            ; $A0
rowsLeft        ds 1            ; $A1

        seg code
        org $F800

; Remembers the row Y for as long as the capacitor of the player's paddle is not charged. 6 or 8 cycles.
        mac READ_PADDLE
        lda INPT1
        bmi .charged
        sty paddleRow
.charged
        endm

; A = $FF where row Y shows an object of height {2} whose first row is in {1}, else 0. 13 cycles.
        mac COVERS
        tya
        sec
        sbc {1}
        cmp #{2}                ; carry clear: inside
        lda #0
        sbc #0
        endm

; Places object X (0, 1: the paddles, 2: the ball) at pixel A - 4, on the next line, by its cycle 72; HMOVE completes it.
; A turn of the loop is 5 cycles, 15 pixels; what remains, -15..-1, becomes the fine motion.
        mac PLACE
        sec
        sta WSYNC
.turn   sbc #15
        bcs .turn
        eor #7
        asl
        asl
        asl
        asl
        sta HMM0,x
        sta RESM0,x
        endm

; 256 * {3} - value, where the value's high byte is in {1} and its low byte in {2}.
        mac REVERSE
        lda #0
        sec
        sbc {2}
        sta {2}
        lda #{3}
        sbc {1}
        sta {1}
        endm

Start   subroutine
        sei
        cld
        ldx #$FF
        txs
        lda #$82
        sta VBLANK
        lda #32                 ; so that the first frame, too, has its 262 lines
        sta TIM64T
        lda #0
        sta VSYNC
        sta SWACNT              ; both ports of the RIOT are inputs
        sta SWBCNT
        ldx #HMCLR-NUSIZ0
.tia    sta NUSIZ0,x
        dex
        bpl .tia
        ldx #rowsLeft-playerScore
.ram    sta playerScore,x
        dex
        bpl .ram
        jsr NewGame
        jsr DrawScores
        jmp Wait

Frame   subroutine
; --- 3 lines of VSYNC
        lda #2
        sta WSYNC
        sta VSYNC
        lda #36                 ; ends 35 * 64 cycles later, amid the 27th line of VBLANK
        sta TIM64T
        sta WSYNC
        sta WSYNC
        sta WSYNC
        lda #0
        sta VSYNC

; --- 27 lines of VBLANK: the game
        jsr Shuffle
        lda SWCHB
        lsr                     ; RESET
        bcs .play
        jsr NewGame
.play   jsr MovePlayer
        jsr MoveComputer
        jsr MoveBall
        jsr Beep
        jsr DrawScores
Wait:   lda INTIM
        bne Wait

; --- 7 lines of VBLANK: let the paddle's capacitor charge, place the objects
        sta WSYNC
        lda #2
        sta VBLANK
        ldx #0
        lda #COMPUTER_X+4
        PLACE                   ; on the second of these lines
        ldx #2
        lda ballX
        clc
        adc #4
        PLACE
        sta WSYNC               ; at cycle 75 at most
        lda #0
        sta paddleRow
        sta PF0
        sta PF1
        sta PF2
        lda #PLAYFIELD_SCORE
        sta CTRLPF
        ldx #1
        lda #PLAYER_X+4
        PLACE
        sta WSYNC               ; at cycle 70
        sta HMOVE
        sta WSYNC
        sta HMCLR
        ldy #0
        sta WSYNC

; --- row 0, the last of VBLANK: HMOVE leaves black pixels until the beam has passed once
        READ_PADDLE
        iny
        ldx #0

; --- 208 visible lines
        sta WSYNC               ; row 1
        stx VBLANK
        READ_PADDLE
        iny
ScoreRow:
        sta WSYNC               ; rows 2..21
        lda leftDigits,x
        sta PF1                 ; cycle 7, shown from cycle 28 to 38
        READ_PADDLE
        jsr Return              ; 12 cycles
        jsr Return
        lda rightDigits,x       ; shown from cycle 54
        sta PF1
        iny
        tya
        and #3
        cmp #2
        bne ScoreRow
        inx
        cpx #5
        bne ScoreRow
        lda #0
        sta WSYNC               ; row 22
        sta PF1
        READ_PADDLE
        iny
        lda #PLAYFIELD_WALL
        sta CTRLPF
        sta WSYNC               ; row 23
        READ_PADDLE
        iny
WallRow:
        sta WSYNC               ; rows 24..33
        lda #$FF
        sta PF0
        sta PF1
        sta PF2
        READ_PADDLE
        iny
        cpy #FIELD_TOP
        bne WallRow
        COVERS computerTop,PADDLE_HEIGHT
        tax
        COVERS ballTop,BALL_HEIGHT
        sta WSYNC               ; row 34
        stx ENAM0
        sta ENABL
        lda #0
        sta PF0                 ; cycle 11; the playfield starts at cycle 23
        sta PF1
        sta PF2
        beq .field
FieldRow:
        sta WSYNC               ; rows 35..193
        stx ENAM0
        sta ENABL
        READ_PADDLE
.field  COVERS playerTop,PADDLE_HEIGHT
        sta ENAM1               ; by cycle 40; shown at cycle 69
        iny
        COVERS computerTop,PADDLE_HEIGHT
        tax
        COVERS ballTop,BALL_HEIGHT
        cpy #FIELD_END
        bne FieldRow            ; at cycle 65 here, at 73 in row 34
        lda #$FF
        sta WSYNC               ; row 194
        sta PF0
        sta PF1
        sta PF2
        lda #0
        sta ENAM0
        sta ENAM1
        sta ENABL
        ldx #10
.wall   sta WSYNC               ; rows 195..204
        dex
        bne .wall
        sta PF0
        sta PF1
        sta PF2
        ldx #5
.below  sta WSYNC               ; rows 205..208 and the end of the last
        dex
        bne .below

; --- 16 lines of overscan, with the capacitors grounded
        lda #$82
        sta VBLANK
        ldx #15
.over   sta WSYNC
        dex
        bne .over
        jmp Frame

; A step of the 16-bit shift register, into which goes where the player's paddle stands: other play, other chances.
Shuffle subroutine
        lsr chanceHigh
        ror chanceLow
        bcc .stir
        lda chanceHigh
        eor #$B4                ; taps 16, 14, 13, 11
        sta chanceHigh
.stir   lda playerTop
        eor chanceLow
        sta chanceLow
        ora chanceHigh
        bne .done               ; 0 would stay 0
        inc chanceLow
.done   rts

NewGame subroutine
        ldx #0
        stx playerScore
        stx computerScore
        stx computerPart
        stx beepFrames
        ldx #$6B                ; any seed but 0: the same game for the same play
        stx chanceLow
        ldx #$D2
        stx chanceHigh
        lda #PLAYFIELD_WALL     ; NUSIZ as CTRLPF: 4 pixels
        sta NUSIZ0
        sta NUSIZ1
        lda #BACKGROUND
        sta COLUBK
        lda #COMPUTERS
        sta COLUP0
        lda #PLAYERS
        sta COLUP1
        lda #LIGHT
        sta COLUPF
        lda #FIELD_TOP + 72
        sta computerTop
        sta playerTop

; The ball waits in the middle, at a height left to chance.
NewBall:
        lda #CENTRE_X
        sta ballX
        lda chanceLow
        and #$7F
        clc
        adc #FIELD_TOP + 14
        sta ballTop
        lda #0
        sta ballXLow
        sta ballTopLow
        sta velocityX
        sta velocityY
        sta velocityXLow
        sta velocityYLow
        sta hits
        lda #6
        sta aim
        lda #SERVE_FRAMES
        sta pause
        rts

; The paddle's first row from the row at which its capacitor was charged: 3/4 of 0..190, so that no turn of the knob is lost.
MovePlayer subroutine
        lda paddleRow
        lsr
        lsr
        sta scratch
        lda paddleRow
        sec
        sbc scratch
        clc
        adc #FIELD_TOP
        cmp #PADDLE_LOWEST
        bcc .inside
        lda #PADDLE_LOWEST
.inside sta playerTop
        rts

; The computer follows the ball at a speed that falls in the course of a rally, wanting it `aim` rows below its paddle's top.
MoveComputer subroutine
        lda ballTop
        sec
        sbc aim
        sta scratch
        lda hits
        lsr
        tay
        ldx #0                  ; whole rows
        lda Pursuit,y
        asl                     ; bit 7: two rows
        bcc .below2
        ldx #2
.below2 asl                     ; bit 6: one
        bcc .below1
        inx
        clc
.below1 adc computerPart
        sta computerPart
        bcc .part
        inx
.part   cpx #0
        beq .there
.row    lda computerTop
        cmp scratch
        beq .there
        bcs .up
        cmp #PADDLE_LOWEST
        bcs .there
        inc computerTop
        bne .next
.up     cmp #FIELD_TOP + 1
        bcc .there
        dec computerTop
.next   dex
        bne .row
.there  rts

; Waits for the serve, or moves the ball a frame on.
MoveBall subroutine
        lda playerScore
        cmp #WINNING_SCORE
        beq .over
        lda computerScore
        cmp #WINNING_SCORE
        beq .over
        lda pause
        beq .fly
        dec pause
        beq .serve
        cmp #EARLY_SERVE
        bcs .over
        bit SWCHA               ; bit 6, the player's button, into V
        bvs .over
        lda #0
        sta pause
.serve  lda chanceHigh
        and #7
        tax
        lda ServeY,x
        sta velocityY
        lda ServeYLow,x
        sta velocityYLow
        ldx #0
        jsr SetSpeed
        lda chanceLow
        bmi .over
        jsr TurnX
.over   rts

.fly    lda ballXLow
        clc
        adc velocityXLow
        sta ballXLow
        lda ballX
        adc velocityX
        sta ballX
        lda ballTopLow
        clc
        adc velocityYLow
        sta ballTopLow
        lda ballTop
        adc velocityY
        sta ballTop

        cmp #FIELD_TOP
        bcs .belowTop
        REVERSE ballTop,ballTopLow,2*FIELD_TOP
        jmp .wall
.belowTop
        cmp #BALL_LOWEST + 1
        bcc .free
        REVERSE ballTop,ballTopLow,[2*BALL_LOWEST]&$FF
.wall   REVERSE velocityY,velocityYLow,0
        ldx #20
        jsr Sound
.free
        lda ballX
        bit velocityX
        bmi .left

        cmp #LAST_X + 1
        bcc .inRight
        inc computerScore
        bne .point
.inRight
        sec
        sbc #CONTACT_RIGHT + 1
        cmp #CONTACT_DEPTH
        bcs .flying
        lda playerTop
        jsr Contact
        bcs .flying
        lda chanceLow
        and #7
        tax
        lda Aims,x
        sta aim
        lda #CONTACT_RIGHT
        sta ballX
        jsr Faster
        jmp TurnX

.left   cmp #200                ; below 0
        bcc .inLeft
        inc playerScore
.point  jsr NewBall
        ldx #31
        jmp Sound
.inLeft sec
        sbc #CONTACT_LEFT - CONTACT_DEPTH
        cmp #CONTACT_DEPTH
        bcs .flying
        lda computerTop
        jsr Contact
        bcs .flying
        lda #CONTACT_LEFT
        sta ballX
        jmp Faster
.flying rts

; Carry clear if the ball is level with the paddle whose top is A; then its vertical velocity is set by where it hit.
Contact subroutine
        sta scratch
        lda ballTop
        clc
        adc #BALL_HEIGHT - 1
        sec
        sbc scratch
        cmp #CONTACT_HEIGHT
        bcs .missed
        lsr                     ; 0..9 from the paddle's top to its bottom
        tax
        lda BounceY,x
        sta velocityY
        lda BounceYLow,x
        sta velocityYLow
        clc
.missed rts

; One more hit in this rally, and the speed that belongs to it, to the right.
Faster  subroutine
        ldx hits
        cpx #FASTEST
        bcs .fastest
        inc hits
.fastest
        txa
        lsr
        tax
        jsr SetSpeed
        ldx #12                 ; and on into Sound

; Starts a beep of frequency X.
Sound:  stx AUDF0
        lda #4
        sta AUDC0
        sta beepFrames
        rts

Beep    subroutine
        lda beepFrames
        beq .silent
        dec beepFrames
        lda #6
.silent sta AUDV0
        rts

SetSpeed:
        lda Speeds,x
        sta velocityX
        lda SpeedsLow,x
        sta velocityXLow
        rts

TurnX:  REVERSE velocityX,velocityXLow,0
        rts

; The digits of both scores, tens in the high nibble of the playfield byte (none for 0..9), ones in the low one.
DrawScores subroutine
        ldx #0
        lda computerScore
        jsr .draw               ; leaves X at rightDigits
        lda playerScore
.draw   ldy #0
.tens   cmp #10
        bcc .ones
        sbc #10
        iny
        bne .tens
.ones   sta scratch
        asl
        asl
        adc scratch             ; 5 rows a digit; carry is clear
        sta onesRow
        sty scratch
        tya
        asl
        asl
        adc scratch
        sta tensRow
        lda #5
        sta rowsLeft
.row    lda #0
        ldy tensRow
        cpy #5
        bcc .noTens
        lda Digits,y
        and #$F0
.noTens sta leftDigits,x
        ldy onesRow
        lda Digits,y
        and #$0F
        ora leftDigits,x
        sta leftDigits,x
        inc tensRow
        inc onesRow
        inx
        dec rowsLeft
        bne .row
Return  rts

; Velocities, in pixels or rows a frame: whole ones in one table, 256ths in the other.
; Across, by half the hits of the rally: 1.5, 1.75, 2.125, 2.5, 2.75, 3, 3
Speeds          dc.b $01,$01,$02,$02,$02,$03,$03
SpeedsLow       dc.b $80,$C0,$20,$80,$C0,$00,$00

; Down, at the serve: -1.5, -1.125, -0.75, -0.375, 0.375, 0.75, 1.125, 1.5
ServeY          dc.b $FE,$FE,$FF,$FF,$00,$00,$01,$01
ServeYLow       dc.b $80,$E0,$40,$A0,$60,$C0,$20,$80

; Down, by where a paddle was hit, its top first: -2.25, -1.75, -1.375, -0.9375, -0.5, 0.5, 0.9375, 1.375, 1.75, 2.25
BounceY         dc.b $FD,$FE,$FE,$FF,$FF,$00,$00,$01,$01,$02
BounceYLow      dc.b $C0,$40,$A0,$10,$80,$80,$F0,$60,$C0,$40

; The computer's paddle, by half the hits of the rally, in 64ths of a row a frame: 2.16, 2.03, 1.44, 0.875, 0.5, 0.375, 0.25
Pursuit         dc.b 138,130,92,56,32,24,16

; Where the computer would hit the next ball, in rows below its paddle's top
Aims            dc.b 0,2,4,5,7,8,10,12

; Ten digits, 5 rows of 3 pixels, the same in both nibbles
Digits
        dc.b %11101110,%10101010,%10101010,%10101010,%11101110
        dc.b %00100010,%00100010,%00100010,%00100010,%00100010
        dc.b %11101110,%00100010,%11101110,%10001000,%11101110
        dc.b %11101110,%00100010,%01100110,%00100010,%11101110
        dc.b %10101010,%10101010,%11101110,%00100010,%00100010
        dc.b %11101110,%10001000,%11101110,%00100010,%11101110
        dc.b %11101110,%10001000,%11101110,%10101010,%11101110
        dc.b %11101110,%00100010,%00100010,%00100010,%00100010
        dc.b %11101110,%10101010,%11101110,%10101010,%11101110
        dc.b %11101110,%10101010,%11101110,%00100010,%11101110

        org $FFFC
        .word Start
        .word Start             ; BRK: not used
