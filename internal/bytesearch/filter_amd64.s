#include "textflag.h"

// func printableSSE2(masks *uint64, data *byte, n int)
//
// Every amd64 processor has SSE2. As signed numbers the bytes from 0x20 to 0x7f
// are those above 0x1f.
TEXT ·printableSSE2(SB), NOSPLIT, $0-24
	MOVQ masks+0(FP), DI
	MOVQ data+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ $0x1f1f1f1f1f1f1f1f, AX
	MOVQ AX, X0
	PUNPCKLQDQ X0, X0
	TESTQ CX, CX
	JLE done

block:
	MOVOU (SI), X1
	MOVOU 16(SI), X2
	MOVOU 32(SI), X3
	MOVOU 48(SI), X4
	PCMPGTB X0, X1
	PCMPGTB X0, X2
	PCMPGTB X0, X3
	PCMPGTB X0, X4
	PMOVMSKB X1, AX
	PMOVMSKB X2, BX
	PMOVMSKB X3, DX
	PMOVMSKB X4, R8
	SHLQ $16, BX
	SHLQ $32, DX
	SHLQ $48, R8
	ORQ BX, AX
	ORQ R8, DX
	ORQ DX, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ block

done:
	RET

// func filterPlacesAMD64(cand *uint16, places *uint64, n int, block *byte, filter *uint64, grams, mask uint32) int
//
// As slowFilterPlaces. BSF waits for what its destination held before, which the
// compiler does not see: there it was the filter's answer for the place before, so
// that each place waited for the one before it.
TEXT ·filterPlacesAMD64(SB), NOSPLIT, $0-56
	MOVQ cand+0(FP), DI
	MOVQ places+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ block+24(FP), R8
	MOVQ filter+32(FP), R9
	MOVL grams+40(FP), R10
	MOVL mask+44(FP), R11
	MOVL $0x9e3779b1, R15 // hashFactor
	XORL AX, AX // candidates
	XORL R12, R12 // position of the word

word:
	MOVQ (SI), BX
	TESTQ BX, BX
	JZ next

place:
	XORL DX, DX
	BSFQ BX, DX
	LEAQ -1(BX), R13
	ANDQ R13, BX
	MOVL (R8)(DX*1), R13
	ADDQ R12, DX
	MOVW DX, (DI)(AX*2)
	ORL $0x20202020, R13 // foldBits
	ANDL R10, R13
	IMULL R15, R13
	SHRL $12, R13 // filterShift
	ANDL R11, R13
	MOVL R13, DX
	SHRL $6, DX
	MOVQ (R9)(DX*8), DX
	BTQ R13, DX
	ADCQ $0, AX
	TESTQ BX, BX
	JNZ place

next:
	ADDQ $8, SI
	ADDQ $64, R8
	ADDQ $64, R12
	DECQ CX
	JNZ word
	MOVQ AX, ret+48(FP)
	RET
